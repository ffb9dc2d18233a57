import { z } from 'zod';

/** What a figure is held against. Nothing is rounded before it is judged. */
const Target = z.object({
  must: z.number(),
  aim: z.number().optional(),
  better: z.enum(['less', 'more']),
});
export type Target = z.infer<typeof Target>;

/** One line of a table. `name` stays the same from run to run: it is what runs are compared by. */
export const Figure = z.object({
  scenario: z.string(),
  name: z.string(),
  /** Null: not measured; the note says why. */
  value: z.number().nullable(),
  unit: z.string(),
  target: Target.optional(),
  /** Holds on another machine too: a ratio of two figures of one run. */
  relative: z.boolean().optional(),
  note: z.string().optional(),
  /** It should have been measured, and the scenario failed. */
  failed: z.boolean().optional(),
});
export type Figure = z.infer<typeof Figure>;

/** What a scenario hands over; the runner adds the scenario's name. */
export type Measured = Omit<Figure, 'scenario' | 'failed'>;

export const RepositoryResult = z.object({
  repository: z.string(),
  files: z.number(),
  /** Sum of the sizes of all files of HEAD. */
  bytes: z.number(),
  figures: z.array(Figure),
});
export type RepositoryResult = z.infer<typeof RepositoryResult>;

export const Machine = z.object({
  processor: z.string(),
  cores: z.number(),
  memory_gib: z.number(),
  node: z.string(),
  git: z.string(),
  system: z.string(),
  file_system: z.string(),
});
export type Machine = z.infer<typeof Machine>;

/** What `npm run bench` writes and, once it is committed, compares with. */
export const Results = z.object({
  measured_at: z.iso.datetime(),
  /** Of the service that was measured; ends in `+` where the working tree differed from it. */
  commit: z.string(),
  machine: Machine,
  repositories: z.array(RepositoryResult),
});
export type Results = z.infer<typeof Results>;

export type Verdict = '' | 'met' | 'aim met' | 'MISSED' | 'FAILED' | 'not measured';

/** How a figure stands to its target; empty for one that has none. */
export const verdictOf = ({ value, target, failed }: Figure): Verdict => {
  if (failed === true) return 'FAILED';
  if (value === null || Number.isNaN(value)) return 'not measured';
  if (target === undefined) return '';
  const reaches = (bound: number): boolean => (target.better === 'less' ? value <= bound : value >= bound);
  if (target.aim !== undefined && reaches(target.aim)) return 'aim met';
  return reaches(target.must) ? 'met' : 'MISSED';
};

export const atMost = (must: number, aim?: number): Target => ({
  must,
  ...(aim === undefined ? {} : { aim }),
  better: 'less',
});

export const atLeast = (must: number, aim?: number): Target => ({ ...atMost(must, aim), better: 'more' });

/** The line that stands for a scenario that did not come to its end. */
export const failedFigure = (scenario: string, error: unknown): Figure => ({
  scenario,
  name: 'the scenario',
  value: null,
  unit: '',
  failed: true,
  note: (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 300),
});
