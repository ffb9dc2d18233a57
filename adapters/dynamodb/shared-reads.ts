interface Flight<T> {
  readonly running: Promise<T>;
  /** The read that begins when this one has ended, for callers that came after this one had begun. */
  next: Promise<T> | null;
}

/**
 * Reads of the same key that are wanted at once, made once. No caller gets an answer from before it asked: a caller that comes while
 * a read is under way joins the next one, together with all others that come meanwhile. So there is at most one read of a
 * key under way, however many ask, and what each costs falls as they grow in number. What is shared is not to be changed.
 */
export class SharedReads<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** What `read` answers or throws, begun after this call. */
  of(key: string, read: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key);
    if (flight === undefined) return this.#begin(key, read);
    flight.next ??= flight.running.then(
      () => this.#begin(key, read),
      () => this.#begin(key, read),
    );
    return flight.next;
  }

  #begin(key: string, read: () => Promise<T>): Promise<T> {
    const flight: Flight<T> = { running: read(), next: null };
    this.#flights.set(key, flight);
    const forget = (): void => {
      // With a successor the place is the successor's, which takes it in the same turn.
      if (flight.next === null) this.#flights.delete(key);
    };
    flight.running.then(forget, forget);
    return flight.running;
  }
}
