import { Text } from '@mantine/core';
import type { JobCounts } from '../../../client/src/client.ts';
import { count, plain } from '../words.ts';
import classes from './reuse.module.css';

/** How much of what was indexed was known already, and was not embedded again. */
export const Reuse = ({ counts: { chunks_embedded, chunks_reused } }: { readonly counts: JobCounts }) => {
  const all = chunks_embedded + chunks_reused;
  if (all === 0) return null;
  const share = (chunks_reused / all) * 100;
  return (
    <div>
      <Text size="sm" className="numbers">
        {count(chunks_embedded, 'chunk')} embedded, {plain(chunks_reused)} reused
      </Text>
      <svg className={classes.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="4" className={classes.embedded} />
        <rect width={share} height="4" className={classes.reused} />
      </svg>
    </div>
  );
};
