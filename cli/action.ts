import type { Command } from 'commander';
import type { Client } from '../client/src/client.ts';
import { connect, type GlobalOptions } from './connection.ts';
import { UsageError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What a command's work gets. */
export interface Work<Options> {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly options: Options & GlobalOptions;
  /** A result: for people as text, with --json as the answer itself. */
  print(answer: unknown, text: () => string): void;
  /** A remark beside the result: never in what is piped on. */
  note(text: string): void;
}

/** The action of a command that speaks to the service. Arguments come as they were typed. */
export const action =
  <Options = object>(terminal: Terminal, work: (context: Work<Options>, ...args: readonly string[]) => Promise<void>) =>
  async (...all: readonly unknown[]): Promise<void> => {
    const command = all.at(-1) as Command;
    const options = command.optsWithGlobals() as Options & GlobalOptions;
    refuseEmpty(command);
    const { client } = await connect(terminal, options);
    await work({ client, terminal, options, ...printing(terminal, options) }, ...command.processedArgs.flat());
  };

/** A script's variable that is not set: as a part of an address it would name another call. */
const refuseEmpty = ({ registeredArguments, processedArgs }: Command): void => {
  const empty = registeredArguments.find((_, n) => processedArgs[n] === '');
  if (empty !== undefined) throw new UsageError(`<${empty.name()}> must not be empty`);
};

export const printing = (terminal: Terminal, { json }: GlobalOptions): Pick<Work<object>, 'print' | 'note'> => ({
  print: (answer, text) => {
    terminal.out.write(json === true ? `${JSON.stringify(answer)}\n` : `${text()}\n`);
  },
  note: (text) => {
    terminal.err.write(`${text}\n`);
  },
});
