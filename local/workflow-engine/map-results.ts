import { StateError } from './errors.ts';
import type { MapBatch } from './map-batches.ts';
import type { Services } from './run.ts';

/** How one child of a Map ended. Children that were stopped with their Map have no result. */
export interface ChildResult {
  readonly name: string;
  readonly input: MapBatch;
  readonly startedAt: Date;
  readonly stoppedAt: Date;
  readonly end:
    | { readonly status: 'SUCCEEDED'; readonly output: unknown }
    | { readonly status: 'FAILED'; readonly error: string; readonly cause: string };
}

/** A Map's result when it has a ResultWriter. */
export interface MapResult {
  readonly MapRunArn: string;
  readonly ResultWriterDetails: { readonly Bucket: string; readonly Key: string };
}

/**
 * Writes what the children did as AWS lays it out: `<prefix>/<run id>/manifest.json`, and beside it `SUCCEEDED_0.json` and
 * `FAILED_0.json`, arrays of executions whose Input and Output are JSON in a string. Throws States.ResultWriterFailed.
 */
export const writeResults = async (
  objects: Services['objects'],
  place: { readonly bucket: string; readonly prefix: string; readonly runId: string },
  results: readonly ChildResult[],
): Promise<MapResult> => {
  const folder = `${place.prefix}/${place.runId}`;
  const mapRunArn = `local:mapRun:${place.runId}`;
  const details = { Bucket: place.bucket, Key: `${folder}/manifest.json` };
  const write = async (status: ChildResult['end']['status']) => {
    const chosen = results.filter(({ end }) => end.status === status);
    if (chosen.length === 0) return [];
    const file = { Key: `${folder}/${status}_0.json`, Size: 0 };
    await objects.putLines(
      file.Key,
      jsonArray(chosen, (line) => {
        file.Size += Buffer.byteLength(line) + 1;
      }),
    );
    return [file];
  };
  try {
    const ResultFiles = { FAILED: await write('FAILED'), PENDING: [], SUCCEEDED: await write('SUCCEEDED') };
    await objects.putText(
      details.Key,
      JSON.stringify({ DestinationBucket: place.bucket, MapRunArn: mapRunArn, ResultFiles }),
    );
  } catch (error) {
    throw new StateError('States.ResultWriterFailed', String(error));
  }
  return { MapRunArn: mapRunArn, ResultWriterDetails: details };
};

/** A JSON array as lines, one execution a line: streamed, so that a Map of any size needs no second copy. */
function* jsonArray(results: readonly ChildResult[], count: (line: string) => void): Generator<string> {
  for (const [at, result] of results.entries()) {
    const line = `${at === 0 ? '[' : ' '}${JSON.stringify(executionOf(result))}${at === results.length - 1 ? ']' : ','}`;
    count(line);
    yield line;
  }
}

const executionOf = ({ name, input, startedAt, stoppedAt, end }: ChildResult) => ({
  ExecutionArn: `local:execution:${name}`,
  Name: name,
  Status: end.status,
  StartDate: startedAt.toISOString(),
  StopDate: stoppedAt.toISOString(),
  Input: JSON.stringify(input),
  InputDetails: { Included: true },
  ...(end.status === 'SUCCEEDED'
    ? { Output: JSON.stringify(end.output), OutputDetails: { Included: true } }
    : { Error: end.error, Cause: end.cause }),
});
