import type { Measured } from './figures.ts';
import type { Workbench } from './workbench.ts';

/** One thing that is measured. What it shares with others it asks the workbench for, so that each can run alone. */
export interface Scenario {
  readonly name: string;
  /** Throws an Error when what it measures does not come about. */
  readonly run: (bench: Workbench) => Promise<readonly Measured[]>;
}

/** A line that says why there is no figure. */
export const notMeasured = (name: string, note: string): Measured => ({ name, value: null, unit: '', note });
