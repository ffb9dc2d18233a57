import { Text } from '@mantine/core';
import { shortCommit } from '../words.ts';
import { Time } from './time.tsx';

export interface Freshness {
  readonly branch: string;
  readonly commit: string;
  readonly indexed_at: string;
  readonly source_commit: string | null;
  readonly source_seen_at: string | null;
  readonly behind: boolean | null;
}

/** Which commit of a branch is indexed, since when, and whether its source had another one. */
export const IndexedAt = ({ of }: { readonly of: Freshness }) => (
  <>
    {of.branch} at <span className="mono">{shortCommit(of.commit)}</span>, indexed <Time at={of.indexed_at} />
    {of.behind === true && of.source_commit !== null && (
      <>
        {'; '}
        <Text span inherit fw={650}>
          behind
        </Text>
        : the source was at <span className="mono">{shortCommit(of.source_commit)}</span>
        {of.source_seen_at !== null && (
          <>
            {' '}
            <Time at={of.source_seen_at} />
          </>
        )}
      </>
    )}
    {of.behind === null && '; not compared with its source'}
  </>
);
