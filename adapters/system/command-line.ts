import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>;

export interface CommandLine<O extends Options> {
  /** Printed for `--help`, and behind what is wrong. */
  readonly usage: string;
  readonly options?: O;
  /** How many words may be given beside the options; none unless said. */
  readonly words?: { readonly least: number; readonly most: number };
}

/** A command line that is not to be carried out: what to print, and how to end. */
export class NotCarriedOut extends Error {
  readonly code: 0 | 2;
  constructor(text: string, code: 0 | 2) {
    super(text);
    this.code = code;
  }
}

/**
 * What a script of this project was given.
 * @throws NotCarriedOut for `--help`, wherever it stands, and for what it does not take
 */
export const readCommandLine = <const O extends Options = Record<string, never>>(
  { usage, options = {} as O, words = { least: 0, most: 0 } }: CommandLine<O>,
  args: readonly string[] = process.argv.slice(2),
): Parsed<O> => {
  if (args.includes('--help')) throw new NotCarriedOut(usage, 0);
  const refuse = (what: string): never => {
    throw new NotCarriedOut(`${what}\n\n${usage}`, 2);
  };
  let parsed: Parsed<O>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { length } = parsed.positionals;
  if (length > words.most) return refuse(`too many words: ${parsed.positionals.slice(words.most).join(' ')}`);
  if (length < words.least) return refuse(`${words.least - length} more must be named`);
  return parsed;
};

/** The same for a script: prints and ends the process where nothing is to be done. */
export const commandLine = <const O extends Options = Record<string, never>>(expected: CommandLine<O>): Parsed<O> => {
  try {
    return readCommandLine(expected);
  } catch (error) {
    if (!(error instanceof NotCarriedOut)) throw error;
    (error.code === 0 ? process.stdout : process.stderr).write(`${error.message.trimEnd()}\n`);
    process.exit(error.code);
  }
};
