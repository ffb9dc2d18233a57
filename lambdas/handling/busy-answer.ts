import {
  DiskUnusableError,
  EmbedderThrottledError,
  EmbedderUnavailableError,
  StoreBusyError,
} from '../../core/domain/errors.ts';
import { type Answer, problem } from './problems.ts';

/**
 * What passes by itself, what is said of it, and in how many seconds it is worth another try. The adapters have tried several times
 * by then, a store for some seconds; a model's quota is counted by the minute.
 */
const passing = [
  [StoreBusyError, 'a store that the service needs is busy', 2],
  [EmbedderThrottledError, 'the embedding model takes no more requests at the moment', 10],
  [EmbedderUnavailableError, 'the embedding model does not answer at the moment', 10],
  [DiskUnusableError, 'a disk of the service is full or cannot be written to, which its operator has to change', 60],
] as const;

/** 503 for what passes by itself; null for anything else. */
export const busyAnswer = (error: unknown): Answer | null => {
  const found = passing.find(([kind]) => error instanceof kind);
  if (found === undefined) return null;
  const [, what, seconds] = found;
  return problem(503, 'Service busy', `${what}: ask again`, {}, { 'retry-after': String(seconds) });
};
