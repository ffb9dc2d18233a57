import type { Measured } from './figures.ts';
import type { Workbench } from './workbench.ts';

/** One thing that is measured. What it shares with others it asks the workbench for, so that each can run alone. */
export interface Scenario {
  readonly name: string;
  /**
   * Throws an Error when what it measures does not come about.
   *
   * @param report takes a figure that is there before the others, so that it is kept when the run is stopped; what is reported is not answered again.
   */
  readonly run: (bench: Workbench, report: Report) => Promise<readonly Measured[]>;
}

export type Report = (...measured: readonly Measured[]) => void;

/** A line that says why there is no figure. */
export const notMeasured = (name: string, note: string): Measured => ({ name, value: null, unit: '', note });
