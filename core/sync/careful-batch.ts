import type { BatchProgress } from '../contract/records.ts';
import type { StagedFile } from '../contract/workflow-state.ts';
import { FileGivenUpError } from '../domain/errors.ts';

/** How a batch's files are cut, so that one that takes its worker with it costs the batch only itself. */
export interface Care {
  /** What every note of the batch says besides its numbers; nothing in a first try. */
  readonly noted: () => Pick<BatchProgress, 'working_on' | 'left_out'>;
  /** Call it before a file is cut. Throws FileGivenUpError for one that a try has died on. */
  next(file: StagedFile): Promise<void>;
  /** Call it when no file is being cut any more: what fails from here on is no file's fault. */
  rest(): Promise<void>;
}

/**
 * A first try names the file that it works on with its heartbeat only, which may be half a second old. A try after one that has died notes
 * each file before it cuts it, a write a file; so if it dies too, the try after it knows on which, and leaves that one out.
 *
 * A worker that dies, or is ended with its time, writes nothing more; a failure that is known ends with a note of its own, at its time.
 * @param note writes the batch's progress with what is noted.
 */
export const careFor = (before: BatchProgress | undefined, note: () => Promise<void>): Care => {
  const died = before !== undefined && before.last_error?.at !== before.updated_at;
  const leftOut = new Set(before?.left_out);
  if (died && before.working_on != null) leftOut.add(before.working_on);
  if (!died && leftOut.size === 0)
    return {
      noted: () => (before?.working_on == null ? {} : { working_on: null }),
      next: async () => undefined,
      rest: async () => undefined,
    };
  let workingOn: string | null = null;
  return {
    noted: () => ({ working_on: workingOn, left_out: [...leftOut] }),
    next: async ({ path, oid }) => {
      if (leftOut.has(oid)) throw new FileGivenUpError(`${path}: each worker that began with it has come to its end`);
      workingOn = oid;
      await note();
    },
    rest: async () => {
      if (workingOn === null) return;
      workingOn = null;
      await note();
    },
  };
};
