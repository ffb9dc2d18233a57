/** Constant messages, facts as fields; never a secret, a token or file content. */
export interface Logger {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
  /** A logger that adds these facts to every line. */
  with(facts: Record<string, unknown>): Logger;
}
