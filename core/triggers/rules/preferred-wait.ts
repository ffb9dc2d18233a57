/** A list's entries: a comma inside a quoted string parts nothing, and a string that is not closed reaches to the end. */
const ENTRIES = /(?:[^,"]|"(?:[^"\\]|\\.|\\$)*(?:"|$))+/gs;
const NAME = /^\s*wait\s*(?:[=;]|$)/i;
const SECONDS = /^\s*wait\s*=\s*("?)(\d+)\1\s*(?:;|$)/i;

/**
 * Seconds that a caller would wait for the result, by `Prefer: wait=10` (RFC 7240), `most` of them. The first `wait` counts; 0 where there
 * is none or it is no number: what is not understood is ignored, as the RFC says.
 */
export const preferredWait = (header: string | undefined, most: number): number => {
  const entry = header?.match(ENTRIES)?.find((each) => NAME.test(each));
  const seconds = SECONDS.exec(entry ?? '')?.[2];
  return seconds === undefined ? 0 : Math.min(Number(seconds), most);
};
