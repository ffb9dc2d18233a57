import type { JobId } from '../../core/contract/ids.ts';
import type { IndexFault } from '../../core/domain/index-fault.ts';
import { type Answer, problem } from './problems.ts';

/** What was kept of a branch and is not usable; `jobId`: the sync that runs and makes it anew. */
export interface Lost {
  readonly fault: IndexFault;
  readonly branch: string;
  readonly jobId: JobId | null;
}

/** What is said of each fault by who searches: the kind of problem, and what has happened. */
const ofSearch = {
  index_lost: ['Index lost', 'the index is gone'],
  index_damaged: ['Index damaged', 'parts of the index are gone or damaged'],
  manifest_lost: ['Manifest lost', 'the list of indexed files is gone or damaged'],
} as const satisfies Record<IndexFault, readonly [string, string]>;

/** And by who reads files: they need no index, but texts too. */
const ofContents = ['Contents lost', 'what is kept is gone or damaged'] as const;

/** A small repository is made anew in less, a large one in far more: the job tells how long it takes. */
const REBUILD_SECONDS = 10;

/** 503: a sync makes it anew, and which one where it runs already. */
const lostAnswer = ([title, what]: readonly [string, string], { fault, branch, jobId }: Lost): Answer => {
  const cure = jobId === null ? 'start a sync, which makes it anew' : `the sync ${jobId} that runs makes it anew`;
  const headers = jobId === null ? {} : { 'retry-after': String(REBUILD_SECONDS) };
  return problem(503, title, `${what} of branch ${branch}: ${cure}`, { fault, branch, job_id: jobId }, headers);
};

export const indexLost = (lost: Lost): Answer => lostAnswer(ofSearch[lost.fault], lost);
export const contentsLost = (lost: Omit<Lost, 'fault'>): Answer =>
  lostAnswer(ofContents, { ...lost, fault: 'manifest_lost' });
