import type { FunctionName } from '../core/contract/environment.ts';
import { EmbedBatchInput } from '../core/contract/workflow-state.ts';
import type { Logger } from '../core/ports/logger.ts';

/** A batch that a step names while it still reads others. */
export interface HeadStartNote {
  /** The call of the step. */
  readonly from: number;
  readonly headStart: EmbedBatchInput;
}

export interface HeadStarts {
  /** @param signal aborts when no one waits for the telling step any more. */
  offer(note: HeadStartNote, signal: AbortSignal): void;
  /** The step has ended: what it told of and has not begun is left to the workflow. */
  ended(from: number): void;
  /** Begins what there is room for. */
  fill(): void;
  /** The answer of a call that was begun before it was asked for; null: it was not. */
  join(functionName: string, payload: unknown, signal: AbortSignal): Promise<unknown> | null;
}

interface Begun {
  readonly from: number;
  readonly answer: Promise<unknown>;
  readonly controller: AbortController;
}

/** What these batches are embedded by. */
const FUNCTION: FunctionName = 'embed-batch';

/** Answers that are kept for the workflow, which asks for nearly all of them: those of executions that ended before they came so far are let go of, the oldest first. */
const KEPT = 10_000;

/**
 * Workers that have nothing to do begin with batches while others are still being read. The workflow asks for each later, in a call like any other,
 * and is given the answer of the one that was begun. A batch that has failed by then is begun anew.
 */
export const createHeadStarts = (
  run: (functionName: string, payload: unknown, signal: AbortSignal) => Promise<unknown>,
  hasRoom: () => boolean,
  logger: Logger,
): HeadStarts => {
  const offered = new Map<string, { readonly note: HeadStartNote; readonly signal: AbortSignal }>();
  const begun = new Map<string, Begun>();

  const begin = (key: string, { from, headStart }: HeadStartNote, signal: AbortSignal): void => {
    const controller = new AbortController();
    follow(signal, controller);
    const answer = run(FUNCTION, headStart, controller.signal);
    begun.set(key, { from, answer, controller });
    answer.catch(() => begun.delete(key));
    for (const oldest of begun.keys()) {
      if (begun.size <= KEPT) break;
      begun.delete(oldest);
    }
  };

  return {
    offer: (note, signal) => {
      const key = keyOf(note.headStart);
      if (!signal.aborted && !begun.has(key)) offered.set(key, { note, signal });
    },
    ended: (from) => {
      for (const [key, { note }] of offered) if (note.from === from) offered.delete(key);
      const batches = begun
        .values()
        .filter((each) => each.from === from)
        .toArray().length;
      if (batches > 0) logger.info('batches begun while others were read', { batches });
    },
    fill: () => {
      for (const [key, { note, signal }] of offered) {
        if (!hasRoom()) return;
        offered.delete(key);
        if (!signal.aborted) begin(key, note, signal);
      }
    },
    join: (functionName, payload, signal) => {
      if (functionName !== FUNCTION || begun.size === 0) return null;
      const parsed = EmbedBatchInput.safeParse(payload);
      const key = parsed.success ? keyOf(parsed.data) : '';
      const found = begun.get(key);
      if (found === undefined) return null;
      begun.delete(key);
      follow(signal, found.controller);
      return found.answer;
    },
  };
};

const keyOf = ({ job, items }: EmbedBatchInput): string =>
  [job.job_id, job.fence, ...items.map(({ batch }) => batch)].join(' ');

const follow = (signal: AbortSignal, controller: AbortController): void => {
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
};
