import type { Retrier } from './definition.ts';
import type { Template } from './template.ts';

/** A definition made ready to run: checked, with its expressions compiled. */
export interface Program {
  readonly timeoutMilliseconds: number;
  readonly machine: Machine;
}

/** States that lead to each other, and share variables. */
export interface Machine {
  readonly startAt: string;
  readonly steps: ReadonlyMap<string, Step>;
}

export type Step = TaskStep | MapStep | ChoiceStep | SucceedStep | FailStep;

export interface CatchStep {
  readonly errorEquals: readonly string[];
  readonly assign: Template;
  readonly output: Template;
  readonly next: string;
}

/** What may be retried and caught. */
export interface GuardedStep {
  readonly name: string;
  readonly retry: readonly Retrier[];
  readonly catchers: readonly CatchStep[];
  readonly assign: Template;
  readonly output: Template;
  /** Null where the group ends. */
  readonly next: string | null;
}

export interface TaskStep extends GuardedStep {
  readonly kind: 'task';
  readonly functionName: string;
  readonly payload: Template;
  readonly timeoutMilliseconds: number;
}

export interface MapStep extends GuardedStep {
  readonly kind: 'map';
  readonly label: string;
  readonly itemsKey: Template;
  readonly maxItemsPerBatch: number;
  readonly batchInput: Template;
  readonly maxConcurrency: Template;
  readonly toleratedPercentage: number | undefined;
  readonly toleratedCount: number | undefined;
  readonly machine: Machine;
  readonly resultsBucket: string;
  readonly resultsPrefix: Template;
}

export interface ChoiceStep {
  readonly kind: 'choice';
  readonly name: string;
  readonly rules: readonly { readonly condition: Template; readonly next: string }[];
  readonly otherwise: string;
}

interface SucceedStep {
  readonly kind: 'succeed';
  readonly name: string;
  readonly output: Template;
}

export interface FailStep {
  readonly kind: 'fail';
  readonly name: string;
  readonly error: Template;
  readonly cause: Template;
}
