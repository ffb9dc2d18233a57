import { type Part, partOf } from './abort.ts';
import { Interruption, StateError } from './errors.ts';
import { exceedsTolerance } from './failure-tolerance.ts';
import { type MapBatch, readBatches } from './map-batches.ts';
import { type ChildResult, type MapResult, writeResults } from './map-results.ts';
import type { MapStep } from './program.ts';
import type { Run } from './run.ts';
import { asStateError } from './run-guarded.ts';
import type { Scope } from './template.ts';

/** Runs a child to its output. */
type RunChild = (child: Run) => Promise<unknown>;

/**
 * A Distributed Map: as many children as MaxConcurrency at once, each an execution of its own that sees its batch and no
 * outer variable. When more fail than is tolerated, the others are stopped and the Map fails with
 * States.ExceedToleratedFailureThreshold. Results are written whichever way it ends, unless it is interrupted.
 *
 * @param runId names this Map Run; unique.
 */
export const runMap = async (
  step: MapStep,
  scope: Scope,
  run: Run,
  runId: string,
  runChild: RunChild,
): Promise<MapResult> => {
  const concurrency = whole(await step.maxConcurrency(scope), 'MaxConcurrency');
  const key = text(await step.itemsKey(scope), 'ItemReader.Arguments.Key');
  const prefix = text(await step.resultsPrefix(scope), 'ResultWriter.Arguments.Prefix');
  const batchInput = await step.batchInput(scope);
  const { objects, logger } = run.services;
  const place = { bucket: step.resultsBucket, prefix, runId };
  const children = partOf(run.signal);
  try {
    const batches = readBatches(() => objects.getLines(key), step.maxItemsPerBatch, batchInput);
    const results = await runChildren(step, batches, concurrency, { ...run, name: runId }, children, runChild);
    if (!children.signal.aborted) return await writeResults(objects, place, results);
    const { reason } = children.signal;
    if (reason instanceof Interruption) throw reason;
    await writeResults(objects, place, results).catch((error: StateError) =>
      logger?.error('results of a failed map were not written', { execution: run.name, cause: error.cause }),
    );
    throw reason;
  } finally {
    children.release();
  }
};

const runChildren = async (
  step: MapStep,
  batches: AsyncGenerator<MapBatch>,
  concurrency: number,
  run: Run,
  children: Part,
  runChild: RunChild,
): Promise<ChildResult[]> => {
  const tolerance = { percentage: step.toleratedPercentage, count: step.toleratedCount };
  const results: ChildResult[] = [];
  let started = 0;
  let items = 0;
  let failedItems = 0;
  const judge = (total: number | null) => {
    if (exceedsTolerance(tolerance, failedItems, total))
      children.abort(
        new StateError(
          'States.ExceedToleratedFailureThreshold',
          'The specified tolerated failure threshold was exceeded',
        ),
      );
  };
  const work = async () => {
    for (;;) {
      const { value: input, done } = await batches.next();
      if (done) return;
      items += input.Items.length;
      const result = await settleChild(input, started++, { ...run, signal: children.signal }, runChild);
      results.push(result);
      if (result.end.status === 'FAILED') failedItems += input.Items.length;
      judge(null);
    }
  };
  const worker = () => work().catch((error: Error) => children.abort(error));
  await Promise.all(Array.from({ length: concurrency }, worker));
  // A stopped Map has not read to the end: this closes what it reads from.
  await batches.return(undefined);
  judge(items);
  return results;
};

/** Throws only what stopped the Map as a whole. */
const settleChild = async (input: MapBatch, index: number, run: Run, runChild: RunChild): Promise<ChildResult> => {
  const { timers } = run.services;
  const child = { ...run, name: `${run.name}:${index}`, input, startedAt: timers.now() };
  const ended = (end: ChildResult['end']): ChildResult => ({
    name: child.name,
    input,
    startedAt: child.startedAt,
    stoppedAt: timers.now(),
    end,
  });
  try {
    return ended({ status: 'SUCCEEDED', output: await runChild(child) });
  } catch (thrown) {
    const { error, cause } = asStateError(thrown, run.signal);
    run.services.logger?.warn('workflow map child failed', { execution: child.name, error, cause });
    return ended({ status: 'FAILED', error, cause });
  }
};

const whole = (value: unknown, field: string): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new StateError('States.QueryEvaluationError', `field ${field}: must be a whole number above 0`);
};

const text = (value: unknown, field: string): string => {
  if (typeof value === 'string') return value;
  throw new StateError('States.QueryEvaluationError', `field ${field}: must be a string`);
};
