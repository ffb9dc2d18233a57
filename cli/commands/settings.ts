import { Argument, type Command, Option } from 'commander';
import { action } from '../action.ts';
import { UsageError } from '../exit-codes.ts';
import { type Terminal, table, time } from '../terminal.ts';
import { numberBetween } from './repositories.ts';

export const addSettings = (program: Command, terminal: Terminal): void => {
  program
    .command('schedule <repository> [cron]')
    .description('When a repository syncs by itself: show it, set it, or --off')
    .option('--off', 'never')
    .addHelpText(
      'after',
      '\nThe five fields are in UTC.\n\nExamples:\n  $ repo-sync schedule demo "0 3 * * *"\n  $ repo-sync schedule demo --off',
    )
    .action(
      action<{ off?: boolean }>(terminal, async ({ client, options, print }, repo_id = '', cron) => {
        if (cron !== undefined && options.off === true) throw new UsageError('give a schedule or --off, not both');
        const signal = { signal: terminal.stop };
        const path = { repo_id };
        const repository =
          cron === undefined && options.off !== true
            ? await client.call('get-repository', { path }, signal)
            : await client.call(
                'update-repository',
                { path, body: { schedule: options.off === true ? null : cron } },
                signal,
              );
        const { schedule } = repository;
        print({ repository_id: repo_id, schedule }, () =>
          schedule === null ? `${repo_id} does not sync by itself` : `${repo_id} syncs by itself at ${schedule} (UTC)`,
        );
      }),
    );

  program
    .command('credentials <repository> [name]')
    .description('Which of the operator’s credentials a private source is read with: show it, set it, or --none')
    .option('--none', 'read it without one')
    .addHelpText(
      'after',
      '\nA credential itself is kept by the operator (docs/architecture.md); here it is only named.\n\nExamples:\n  $ repo-sync credentials demo team-reader\n  $ repo-sync credentials demo --none',
    )
    .action(
      action<{ none?: boolean }>(terminal, async ({ client, options, print }, repo_id = '', name) => {
        if (name !== undefined && options.none === true)
          throw new UsageError('give a credential’s name or --none, not both');
        const signal = { signal: terminal.stop };
        const path = { repo_id };
        const repository =
          name === undefined && options.none !== true
            ? await client.call('get-repository', { path }, signal)
            : await client.call(
                'update-repository',
                { path, body: { source: { credential: options.none === true ? null : name } } },
                signal,
              );
        const credential = repository.source.credential ?? null;
        print({ repository_id: repo_id, credential }, () =>
          credential === null ? `${repo_id} is read without a credential` : `${repo_id} is read with ${credential}`,
        );
      }),
    );

  const webhooks = program.command('webhooks').description('What was sent to progress webhooks, and their secrets');
  webhooks
    .command('list <repository>')
    .description('What was sent, newest first')
    .addOption(new Option('--status <status>', 'only these').choices(['pending', 'delivered', 'failed', 'disabled']))
    .option('--limit <number>', 'how many', numberBetween(1, 100), 20)
    .addHelpText('after', '\nExamples:\n  $ repo-sync webhooks list demo --status failed')
    .action(
      action<{ status?: 'pending' | 'delivered' | 'failed' | 'disabled'; limit: number }>(
        terminal,
        async ({ client, options, print }, repo_id = '') => {
          const { status, limit } = options;
          const page = await client.call(
            'list-webhook-deliveries',
            { path: { repo_id }, query: { status, limit } },
            { signal: terminal.stop },
          );
          print(page, () =>
            table(
              ['DELIVERY', 'EVENT', 'STATUS', 'TRIES', 'LAST ANSWER', 'CREATED', 'TO'],
              page.deliveries.map((each) => [
                each.delivery_id,
                each.event.type,
                each.status,
                String(each.tries),
                String(each.attempts.at(-1)?.status ?? each.attempts.at(-1)?.error ?? '-'),
                time(each.created_at),
                each.url,
              ]),
            ),
          );
        },
      ),
    );
  webhooks
    .command('redeliver <repository> <delivery>')
    .description('Send one again')
    .addHelpText('after', '\nExamples:\n  $ repo-sync webhooks redeliver demo msg-0b9f6c1a-3d2e-4f50-8a7b-6c5d4e3f2a1b')
    .action(
      action(terminal, async ({ client, print }, repo_id = '', delivery_id = '') => {
        const sent = await client.call(
          'redeliver-webhook',
          { path: { repo_id, delivery_id } },
          { signal: terminal.stop },
        );
        print(sent, () => `${delivery_id} is sent again`);
      }),
    );
  webhooks
    .command('secret <repository>')
    .addArgument(new Argument('<secret>', 'which one').choices(['webhook', 'push']))
    .description('Make a new secret; it is shown this once')
    .addHelpText('after', '\nExamples:\n  $ repo-sync webhooks secret demo push')
    .action(
      action(terminal, async ({ client, print }, repo_id = '', secret = '') => {
        const made = await client.call(
          'rotate-secret',
          { path: { repo_id, secret: secret as 'webhook' | 'push' } },
          { signal: terminal.stop },
        );
        print(made, () => made.secret);
      }),
    );
};
