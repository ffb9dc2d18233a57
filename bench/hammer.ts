import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApi } from '../test/support/api.ts';
import { atMost, type Measured } from './figures.ts';
import { quantile } from './statistics.ts';

/** What clients that ask again and again for a sync of repositories that are syncing have got. */
export interface Hammered {
  /** Milliseconds from the request to the parsed answer. */
  readonly latencies: readonly number[];
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>;
  /** How late this process's own timers were, 99 of 100. Milliseconds: what is not the service's. */
  readonly ownDelay: number;
}

export const CLIENTS = 50;
const PAUSE_MILLISECONDS = 500;

/**
 * Fifty clients, each on connections of its own pool's choosing: ask, wait half a second, ask again. Each asks for one of
 * `syncing` in turn; what does not answer 409 any more leaves the set. Ends when the set is empty or after `milliseconds`.
 */
export const hammer = async (
  service: { readonly url: string; readonly token: string },
  syncing: Set<string>,
  milliseconds: number,
): Promise<Hammered> => {
  const latencies: number[] = [];
  const statuses = new Map<number, number>();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const deadline = performance.now() + milliseconds;
  const api = createApi(service.url, service.token);
  const client = async (_: unknown, number: number): Promise<void> => {
    for (let turn = number; performance.now() < deadline; turn++) {
      const id = [...syncing][turn % Math.max(1, syncing.size)];
      if (id === undefined) return;
      const start = performance.now();
      const { status } = await api.sync(id);
      latencies.push(performance.now() - start);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status !== 409) syncing.delete(id);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  };
  try {
    await Promise.all(Array.from({ length: CLIENTS }, client));
  } finally {
    delay.disable();
  }
  return { latencies, statuses, ownDelay: delay.percentile(99) / 1e6 };
};

/** The lines of a table. Throws an Error when the service had answered anything but 202 and 409. */
export const hammerFigures = ({ latencies, statuses, ownDelay }: Hammered): readonly Measured[] => {
  const told = [...statuses].map(([status, times]) => `${times} × ${status}`).join(', ');
  if ([...statuses.keys()].some((status) => status !== 409 && status !== 202)) throw new Error(`POST sync: ${told}`);
  return [
    {
      name: 'POST sync, p50',
      value: quantile(latencies, 0.5),
      unit: 'ms',
      target: atMost(50, 10),
      note: `${CLIENTS} clients, ${latencies.length} calls: ${told}`,
    },
    { name: 'POST sync, p99', value: quantile(latencies, 0.99), unit: 'ms', target: atMost(500, 100) },
    { name: 'POST sync, slowest', value: Math.max(...latencies), unit: 'ms' },
    { name: 'lateness of the client itself, p99', value: ownDelay, unit: 'ms', note: 'of its timers' },
  ];
};
