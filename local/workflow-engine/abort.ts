import type { Timers } from './timers.ts';

/** A controller for a part of something larger. */
export interface Part {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  /** Lets go of the larger signal; call it when the part is over. */
  release(): void;
}

/** Aborts when the parent does, with the same reason, or on its own. */
export const partOf = (parent: AbortSignal): Part => {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent.removeEventListener('abort', follow),
  };
};

/** Settles as the work does, or rejects with the signal's reason as soon as it aborts, whatever the work does then. */
export const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });

/** Waits so many milliseconds; rejects with the signal's reason when it aborts meanwhile. */
export const sleep = async (milliseconds: number, signal: AbortSignal, timers: Timers): Promise<void> => {
  let cancel: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => {
    cancel = timers.after(milliseconds, resolve);
  });
  try {
    await orAborted(woken, signal);
  } finally {
    cancel();
  }
};
