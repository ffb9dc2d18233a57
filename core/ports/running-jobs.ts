import type { JobPlan } from '../contract/job-plan.ts';
import type {
  AskedBranch,
  CurrentBranch,
  GenerationRecord,
  JobPace,
  JobRecord,
  LastErrorRecord,
  PullReport,
  Sighting,
} from '../contract/records.ts';
import type { JobRef } from '../contract/workflow-state.ts';
import type { IndexFault, ModeReason } from '../domain/index-fault.ts';
import type { JobPhase } from '../domain/job-status.ts';
import type { Kept } from './kept.ts';

export interface Heartbeat {
  readonly phase: JobPhase;
  readonly phaseDone?: number | undefined;
  readonly currentFile?: string | null | undefined;
  readonly at: Date;
  readonly estimatedCompletion?: Date | null | undefined;
  readonly pace?: JobPace | undefined;
  readonly plan?: JobPlan | undefined;
  /** Null takes it away. */
  readonly lastError?: LastErrorRecord | null | undefined;
}

/** What the diff has found. */
export interface DiffReport {
  readonly mode: 'full' | 'incremental';
  /** Why the mode is full. */
  readonly modeReason: ModeReason | null;
  /** Null, as the next is: a plan makes none. */
  readonly generation: number | null;
  readonly generationRecord: GenerationRecord | null;
  readonly plan: JobPlan;
  readonly filesTotal: number;
  /** Files that need no content: deleted, renamed, skipped by their path, or already in the index. */
  readonly filesDone: number;
  readonly at: Date;
}

/** What a pull has found. */
export interface PullRecord {
  readonly reports: readonly PullReport[];
  readonly branches: readonly AskedBranch[];
  readonly current: CurrentBranch | null;
  /** Null: the repository's stay as they are, whatever is written to them meanwhile. */
  readonly sightings: Readonly<Record<string, Sighting>> | null;
  readonly at: Date;
}

/** What a job that holds the lock writes of itself, from its start up to its end. Every write checks the fence and that the job runs. */
export interface RunningJobs {
  /** queued → running, and sync.started into the outbox, once; a resumed job stays running. */
  begin(job: JobRef, at: Date): Promise<JobRecord | 'lost'>;
  heartbeat(job: JobRef, beat: Heartbeat): Promise<Kept>;
  /** Puts sync.progress for this many points (10, 20 … 90) into the outbox, once, and only when more than told before. */
  noteProgress(job: JobRef, points: number, at: Date): Promise<void>;
  /** What the pull has found; sightings replace the repository's. */
  recordPull(job: JobRef, pull: PullRecord): Promise<Kept>;
  /** Also registers the generation at the repository, when it is new. */
  recordDiff(job: JobRef, report: DiffReport): Promise<Kept>;
  /** Notes what is wrong with generations of the repository, by their numbers; null: nothing any more. */
  recordFaults(job: JobRef, faults: ReadonlyMap<number, IndexFault | null>): Promise<Kept>;
  /** Takes the next generation number; a second call by the same job gives the same one. */
  takeGeneration(job: JobRef): Promise<number | 'lost'>;
}
