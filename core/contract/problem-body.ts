import type { Problem } from './api.ts';

/** A problem document, the same from functions, gateways and examples. */
export const problemBody = (
  status: number,
  title: string,
  detail: string,
  more: { readonly [member: string]: unknown } = {},
): Problem => ({
  type: `urn:repository-sync:problem:${title.toLowerCase().replaceAll(' ', '-')}`,
  title,
  status,
  detail,
  error: title,
  message: detail,
  ...more,
});
