import { type Figure, failedFigure } from './figures.ts';
import type { Scenario } from './scenario.ts';
import type { Workbench } from './workbench.ts';

export interface RunOptions {
  /** How long one scenario may take. */
  readonly milliseconds: number;
  readonly say: (text: string) => void;
  /** Once aborted, no further scenario is begun. */
  readonly stop: AbortSignal;
}

/**
 * Runs the scenarios one after the other. One that throws or takes too long becomes a line that says so; its service is
 * stopped, so that the next one begins with a new one.
 */
export const runScenarios = async (
  bench: Workbench,
  scenarios: readonly Scenario[],
  { milliseconds, say, stop }: RunOptions,
): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  for (const { name, run } of scenarios) {
    if (stop.aborted) break;
    const begun = performance.now();
    try {
      const measured = await inTime(run(bench), milliseconds);
      figures.push(...measured.map((figure) => ({ scenario: name, ...figure })));
      say(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    } catch (error) {
      const figure = failedFigure(name, error);
      figures.push(figure);
      say(`${name} FAILED: ${figure.note}`);
      await bench.stopService().catch(() => {});
    }
  }
  return figures;
};

/** Throws an Error when the work takes longer. The work itself goes on: what it uses is taken away from it. */
const inTime = async <T>(work: Promise<T>, milliseconds: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`it took longer than ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
