const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a page of this origin may speak to the service, as the protocol asks it to check: none names it; its own pages and those of
 * this machine, as inspectors have them; and the origins that the operator allows.
 */
export const isAllowedOrigin = (origin: string | undefined, base: string, allowed: readonly string[]): boolean => {
  if (origin === undefined || allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return LOOPBACK.includes(hostname) || origin === new URL(base).origin;
};
