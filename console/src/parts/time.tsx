import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ago, exactly } from '../words.ts';

/** The time now, in milliseconds; a new one each second, or as often as is said. */
export const useNow = (everyMilliseconds = 1_000): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [everyMilliseconds]);
  return now;
};

/** How long ago; the exact time for whoever points at it. */
export const Time = ({ at }: { readonly at: string }) => {
  const now = useNow(5_000);
  return (
    <Tooltip label={exactly(at)}>
      <time dateTime={at}>{ago(at, now)}</time>
    </Tooltip>
  );
};
