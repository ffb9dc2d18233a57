import { text as readAll } from 'node:stream/consumers';
import { isCancel, password, text } from '@clack/prompts';
import { type Command, Option } from 'commander';
import { createClient } from '../../client/src/client.ts';
import { printing } from '../action.ts';
import type { GlobalOptions } from '../connection.ts';
import { Ended, exitCodes, UsageError } from '../exit-codes.ts';
import { profileName, readProfiles, writeProfiles } from '../profiles.ts';
import { clean, type Terminal, table } from '../terminal.ts';

export const addLogin = (program: Command, terminal: Terminal): void => {
  program
    .command('login [url]')
    .description('Remember a service and a token for it, as a profile')
    .addHelpText(
      'after',
      `
The token is asked for, without showing it; where standard input is no terminal it is read from there.

Examples:
  $ repo-sync login http://127.0.0.1:3000 < .repo-sync/token
  $ repo-sync login https://sync.example.com/api --profile work`,
    )
    .action(async (url: string | undefined, _options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const name = profileName(options.profile ?? 'default');
      const address = addressOf(url ?? options.url ?? (await ask(terminal, 'The address of the service')));
      const token = (await askToken(terminal)).trim();
      if (token === '') throw new UsageError('the token is empty: npm run -s token prints one on one machine');
      const client = createClient({ url: address, token });
      // A token that is not good is not remembered.
      await client.call('list-repositories', { query: { limit: 1 } }, { signal: terminal.stop });
      const known = await readProfiles(terminal.env);
      const profiles = new Map(known.profiles).set(name, { url: client.url, token });
      await writeProfiles(terminal.env, { current: name, profiles });
      printing(terminal, options).print(
        { profile: name, url: client.url },
        () => `Logged in to ${client.url}, as profile ${name}`,
      );
    });

  program
    .command('profiles')
    .description('The services that are remembered; choose or forget one')
    .addOption(new Option('--use <name>', 'make it the one that is used where none is named').conflicts('forget'))
    .option('--forget <name>', 'remove it, and its token')
    .addHelpText('after', '\nExamples:\n  $ repo-sync profiles\n  $ repo-sync profiles --use work')
    .action(async (_options: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { use?: string; forget?: string }>();
      const known = await readProfiles(terminal.env);
      const named = options.use ?? options.forget;
      if (named !== undefined && !known.profiles.has(named)) {
        terminal.err.write(`there is no profile ${clean(named)}\n`);
        throw new Ended(exitCodes.notFound);
      }
      const profiles = new Map(known.profiles);
      if (options.forget !== undefined) profiles.delete(options.forget);
      const current = options.use ?? (known.current === options.forget ? null : known.current);
      if (named !== undefined) await writeProfiles(terminal.env, { current, profiles });
      const rows = [...profiles].map(([name, { url }]) => ({ name, url, current: name === current }));
      printing(terminal, options).print({ profiles: rows }, () =>
        table(
          ['', 'PROFILE', 'URL'],
          rows.map((row) => [row.current ? '*' : '', row.name, row.url]),
        ),
      );
    });
};

const addressOf = (typed: string): string => {
  if (URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol)) return typed;
  throw new UsageError(`${JSON.stringify(typed)} is no address of a service: it must begin with https:// or http://`);
};

const ask = async (terminal: Terminal, message: string): Promise<string> => {
  if (terminal.in.isTTY !== true) throw new UsageError('which service? repo-sync login <url>');
  return answered(await text({ message, placeholder: 'https://…', ...streams(terminal) }));
};

const askToken = async (terminal: Terminal): Promise<string> =>
  terminal.in.isTTY === true
    ? answered(await password({ message: 'Your token', mask: '*', ...streams(terminal) }))
    : readAll(terminal.in);

/** Questions are no result: they are asked on standard error. */
const streams = ({ in: input, err, stop }: Terminal) =>
  ({ input, output: err, signal: stop }) as unknown as { signal: AbortSignal };

const answered = (value: string | symbol | undefined): string => {
  if (isCancel(value)) throw new Ended(exitCodes.interrupted);
  return String(value ?? '');
};
