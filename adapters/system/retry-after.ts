/**
 * Seconds from `now` that a Retry-After header asks for (RFC 9110 §10.2.3: seconds, or an HTTP date); null without one
 * that can be read. A date in the past is 0.
 */
export const retryAfterSeconds = (header: string | undefined, now: Date): number | null => {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  // Date.parse reads much that is no HTTP date, such as `-5`. HTTP's third form, asctime's, is obsolete and left out.
  if (!/^[A-Z][a-z]{2,8}, .+ \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
};
