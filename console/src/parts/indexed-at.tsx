import { Text } from '@mantine/core';
import type { Freshness } from '../../../client/src/client.ts';
import { shortCommit } from '../words.ts';
import { Time } from './time.tsx';

export interface Indexed extends Freshness {
  readonly branch: string;
  readonly commit: string;
}

/** Which commit of a branch is indexed, since when, and whether its source had another one. */
export const IndexedAt = ({ of }: { readonly of: Indexed }) => (
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
