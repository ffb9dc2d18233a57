/**
 * Goes with a call to a worker, in memory that both threads see. The one who takes it first has the call: the worker, to begin with it, or
 * the host, to give it to another worker.
 */
export interface CallTicket {
  readonly memory: SharedArrayBuffer;
  /** Whether no one had taken it; it is the caller's from then on. */
  take(): boolean;
  isTaken(): boolean;
}

const FREE = 0;
const TAKEN = 1;

/** A new one, or the other side of one that came with a call. */
export const callTicket = (memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)): CallTicket => {
  const state = new Int32Array(memory);
  return {
    memory,
    take: () => Atomics.compareExchange(state, 0, FREE, TAKEN) === FREE,
    isTaken: () => Atomics.load(state, 0) === TAKEN,
  };
};
