import { type Figure, failedFigure, type Measured } from './figures.ts';
import { notMeasured, type Scenario } from './scenario.ts';
import type { Workbench } from './workbench.ts';

export interface RunOptions {
  /** How long one scenario may take. */
  readonly milliseconds: number;
  readonly say: (text: string) => void;
  /** Once aborted, the scenario under way is left, and no further one is begun. */
  readonly stop: AbortSignal;
}

/**
 * Runs the scenarios one after the other. One that throws or takes too long becomes a line that says so; its service is
 * stopped, so that the next one begins with a new one. After a stop each scenario that has not come to its end is a line that says so.
 */
export const runScenarios = async (
  bench: Workbench,
  scenarios: readonly Scenario[],
  { milliseconds, say, stop }: RunOptions,
): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  for (const { name, run } of scenarios) {
    const keep = (...measured: readonly Measured[]): void => {
      figures.push(...measured.map((figure) => ({ scenario: name, ...figure })));
    };
    if (stop.aborted) {
      keep(notStarted);
      continue;
    }
    const begun = performance.now();
    let waiting = true;
    // It goes on when it is no longer waited for.
    const report = (...measured: readonly Measured[]): void => {
      if (waiting) keep(...measured);
    };
    try {
      keep(...(await inTime(run(bench, report), milliseconds, stop)));
      say(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    } catch (error) {
      if (stop.aborted) {
        keep(leftAt((performance.now() - begun) / 1000));
        continue;
      }
      const figure = failedFigure(name, error);
      figures.push(figure);
      say(`${name} FAILED: ${figure.note}`);
      await bench.stopService().catch(() => {});
    } finally {
      waiting = false;
    }
  }
  return figures;
};

const notStarted = notMeasured('the scenario', 'the run was stopped before it began');
const leftAt = (seconds: number): Measured =>
  notMeasured('the rest of it', `the run was stopped ${seconds.toFixed(0)} s after it began`);

/** Throws an Error when the work takes longer, or is stopped. The work itself goes on: what it uses is taken away from it. */
export const inTime = async <T>(work: Promise<T>, milliseconds: number, stop: AbortSignal): Promise<T> => {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => over.reject(new Error(`it took longer than ${milliseconds / 1000} s`)), milliseconds);
  const left = (): void => over.reject(new Error('the run was stopped'));
  stop.addEventListener('abort', left, { once: true });
  if (stop.aborted) left();
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', left);
    // Who was left behind fails when its service is gone.
    work.catch(() => undefined);
  }
};
