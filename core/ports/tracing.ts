/** What is known of a span: never a name, a text or an address of a repository's. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** Where the time of a request or a job goes, as spans: each lies within the one that it was begun in. */
export interface Tracing {
  /**
   * Runs work as a span: it ends when what the work returns is settled. `parent` is a `traceparent` header of another process or thread; without, the
   * span that this is called in, or none. `tell` adds what only the work knows.
   */
  span<T>(
    name: string,
    facts: SpanFacts,
    work: (tell: (more: SpanFacts) => void) => Promise<T>,
    from?: { readonly parent?: string | undefined; readonly isRequest?: boolean },
  ): Promise<T>;
  /** The span that this is called in, as a `traceparent` header (W3C Trace Context); undefined outside of all. */
  traceparent(): string | undefined;
  /** Runs work within a span of another thread. */
  within<T>(traceparent: string | undefined, work: () => T): T;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

/** Where nothing is traced. */
export const noTracing: Tracing = {
  span: (_, __, work) => work(() => undefined),
  traceparent: () => undefined,
  within: (_, work) => work(),
  close: async () => undefined,
};
