import { BroadcastChannel } from 'node:worker_threads';
import type { Measurements, Metrics } from '../core/ports/metrics.ts';

/** Metrics for the thread that collects them, by the name of its channel. */
export const postMetrics = (channel: string): Metrics => {
  const out = new BroadcastChannel(channel);
  // A thread that has nothing else to do may end.
  out.unref();
  return { emit: (measurements) => out.postMessage(measurements) };
};

/** Collects what the threads of this process tell, this one too, until it is closed. */
export const collectMetrics = (channel: string, into: Metrics): (() => void) => {
  const receiver = new BroadcastChannel(channel);
  receiver.onmessage = (event) => into.emit(event.data as Measurements);
  receiver.unref();
  return () => receiver.close();
};

/** The same values to several. */
export const teeMetrics = (...all: readonly Metrics[]): Metrics => ({
  emit: (measurements, facts) => {
    for (const metrics of all) metrics.emit(measurements, facts);
  },
});
