/** The package has no types of its own. */
declare module 'parse-prometheus-text-format' {
  interface Sample {
    readonly value: string;
  }
  interface Distribution {
    readonly count: string;
    readonly sum: string;
    readonly buckets: Readonly<Record<string, string>>;
  }
  interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly (Sample | Distribution)[];
  }
  export default function parse(text: string): Family[];
}
