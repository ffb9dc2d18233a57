import { jobKey } from '../../../adapters/dynamodb/job-items.ts';
import { CreateRepository } from '../../../core/contract/api.ts';
import { BranchName, JobId, RepositoryId, UserId } from '../../../core/contract/ids.ts';
import { rights } from '../../../core/contract/rights.ts';
import { StoreBusyError } from '../../../core/domain/errors.ts';
import { isTerminal } from '../../../core/domain/job-status.ts';
import { cancelJob } from '../../../core/jobs/cancel-job.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import type { Claim } from '../../../core/ports/sync-claims.ts';
import { changeGrant } from '../../../core/repositories/change-grant.ts';
import { createRepository } from '../../../core/repositories/create-repository.ts';
import { deleteRepository } from '../../../core/repositories/delete-repository.ts';
import { dropBranch } from '../../../core/repositories/drop-branch.ts';
import { updateRepository } from '../../../core/repositories/update-repository.ts';
import { executionName } from '../../../core/sync/execution.ts';
import { takePush } from '../../../core/triggers/push-hook.ts';
import { startScheduled } from '../../../core/triggers/scheduled-sync.ts';
import { takeBackSync } from '../../../core/triggers/take-back-sync.ts';
import { dispatchDue } from '../../../core/upkeep/dispatch-due.ts';
import { reconcileSyncs } from '../../../core/upkeep/reconcile-syncs.ts';
import { redeliverWebhook } from '../../../core/webhooks/webhook-deliveries.ts';
import { branchNames, plainSync, type SyncRequest } from '../history.ts';
import { tableNames } from '../memory/memory-dynamodb.ts';
import { type Players, repositoryIds, sourceUrls } from '../players.ts';
import { portsWith } from '../process-ports.ts';
import type { Watch } from '../watch.ts';
import type { World } from '../world.ts';

export const modelId = RepositoryId.parse(repositoryIds[0]);
const user = UserId.parse('ann');

const notStarted = (ports: Runtime): Runtime =>
  portsWith(ports, {
    workflow: {
      ...ports.workflow,
      start: async () => {
        throw new Error('the workflow service is away');
      },
    },
  });

const noClaims = (ports: Runtime): Runtime =>
  portsWith(ports, {
    claims: {
      ...ports.claims,
      claim: async () => {
        throw new StoreBusyError('the database is away');
      },
    },
  });

const MINUTE = 60_000;
/** Longer than all that expires soon is kept. */
const DAYS = 40;
const DAY = 86_400_000;

/** What may happen in a scenario. Each is begun at once, and takes its own time. */
export const modelActions = (world: World, watch: Watch, players: Players, webhook: boolean) => {
  const { services } = world;
  const id = modelId;
  const act = (name: string, step: (ports: Runtime) => Promise<unknown>) => players.act(name, step);
  const sync = (more: Partial<SyncRequest> = {}, changes?: Parameters<Players['sync']>[2]) =>
    players.sync(id, { ...plainSync, webhook, ...more }, changes);
  const dispatch = (only: 'webhooks' | 'follow-ups' | 'removals') =>
    act(`dispatch-${only}`, (ports) => dispatchDue(ports)({ only }));
  const grant = (role: 'read' | null, to = 'bob') =>
    act(role === null ? 'ungrant' : 'grant', (ports) => changeGrant(ports)(id, user, UserId.parse(to), role));
  const scheduled = (change: (ports: Runtime) => Runtime) =>
    act('scheduled', async (ports) => {
      const repository = await ports.repositories.get(id);
      if (repository !== null) await startScheduled(change(ports), repository);
    });
  const newest = () => watch.jobsOf(id).at(-1)?.record;
  return {
    sync: () => sync(),
    force: () => sync({ force: true }),
    /** Clears the index with the claim. */
    clear: () => sync({ force: true, full_reindex: true }),
    full: () => sync({ full_reindex: true }),
    /** Tells what such syncs would do, and changes nothing. */
    plan: () => sync({ dryRun: true }),
    'plan full': () => sync({ dryRun: true, full_reindex: true }),
    /** Where another one runs: waits for it, or joins it. */
    queue: () => sync({ onConflict: 'queue', full_reindex: true, branches: [0] }),
    attach: () => sync({ onConflict: 'attach' }),
    /** What users have queued. */
    'take back': () =>
      act('take-back', async (ports) => {
        const over = watch.owed.takeBackAsked(id);
        await takeBackSync(ports)(id, user);
        over();
      }),
    /** Accepted, but not started yet: the workflow service is away for a moment. */
    stuck: () => sync({}, { change: notStarted }),
    'stuck force': () => sync({ force: true }, { change: notStarted }),
    /** Of a branch that is not there: it fails. */
    doomed: () => sync({ branches: [2] }),
    /** Whose webhook is another one. */
    'sync elsewhere': () => sync({}, { address: 'https://hooks.example/other' }),
    /** Its claim is sent twice, as when the first one's answer was lost. */
    'sync twice': () =>
      sync(
        {},
        {
          change: (ports) =>
            portsWith(ports, {
              claims: {
                ...ports.claims,
                claim: async (claim: Claim) => {
                  await ports.claims.claim(claim);
                  return ports.claims.claim(claim);
                },
              },
            }),
        },
      ),
    keyed: () => sync({ key: 0 }),
    cancel: async () => {
      const job = newest();
      if (job !== undefined) await act('cancel', (ports) => cancelJob(ports)(JobId.parse(job.job_id), user));
    },
    /** The execution ends without a word, its step does not. */
    abort: async () => {
      const job = newest();
      if (job !== undefined) await world.engine.stop(executionName(job), 'aborted');
    },
    /** The same, and its job is resumed. */
    'take over': async () => {
      const job = newest();
      if (job === undefined) return;
      await world.engine.stop(executionName(job), 'aborted');
      await act('reconcile', (ports) => reconcileSyncs(ports)({ graceSeconds: 0 }));
    },
    /** The same, at the last attempt that there may be. */
    'last abort': async () => {
      const job = newest();
      if (job === undefined || isTerminal(job.status)) return;
      await world.engine.stop(executionName(job), 'aborted');
      services.database.send('UpdateItemCommand', {
        ...jobKey(tableNames, JobId.parse(job.job_id)),
        UpdateExpression: 'SET attempt = :five',
        ExpressionAttributeValues: { ':five': 5 },
      });
    },
    reconcile: () => act('reconcile', (ports) => reconcileSyncs(ports)({ graceSeconds: 0 })),
    delete: () => act('delete', (ports) => deleteRepository(ports)(id, user)),
    register: () => players.register(0, false),
    /** By another owner, under the same id. */
    'register other': () => players.register(0, true),
    /** To the branch that is synced. */
    commit: async () =>
      players.source(0).apply({ kind: 'commit', branch: 0, edits: [{ kind: 'put', path: 3, content: 9 }] }),
    /** Another repository of the same owner. */
    'register more': () =>
      act('register', (ports) =>
        createRepository(ports)(
          { user, rights: [rights.localSources] },
          CreateRepository.parse({ repository_id: repositoryIds[1], source: { url: sourceUrls[0] } }),
        ),
      ),
    settings: () => act('settings', (ports) => updateRepository(ports)(id, user, { ignore_patterns: [] })),
    grant: () => grant('read'),
    ungrant: () => grant(null),
    'ungrant owner': () => grant(null, 'ann'),
    /** It is recorded, but nothing can be started yet. */
    'push dev early': () => players.repository(0, { kind: 'push', branch: 1 }, { change: noClaims }),
    /** The same; then another repository takes the place, whose owner wants that branch too. */
    'old debt': async () => {
      await players.repository(0, { kind: 'push', branch: 1 }, { change: noClaims });
      await players.repository(0, { kind: 'delete' });
      await players.register(0, false);
      await sync({ branches: [1] }, { change: notStarted });
    },
    push: () => players.repository(0, { kind: 'push', branch: 0 }),
    'push dev': () => players.repository(0, { kind: 'push', branch: 1 }),
    /** The host says that a branch was deleted: it is not. */
    'deleted dev': () =>
      act('push', async (ports) => {
        const repository = await ports.repositories.get(id);
        const ref = `refs/heads/${branchNames[1]}`;
        const event = { kind: 'push', ref, deleted: true, defaultBranch: 'main', isDated: false } as const;
        if (repository !== null) await takePush(ports)(repository, 'github', event, []);
      }),
    'drop dev': () =>
      act('drop', async (ports) => {
        const { kind } = await dropBranch(ports)(id, user, BranchName.parse('dev'));
        if (kind === 'dropped') watch.branchDropped(id, 'dev');
      }),
    /** The newest call of a step comes a second time. */
    'begin again': async () => world.duplicate('begin-sync'),
    'pull again': async () => world.duplicate('pull'),
    'diff again': async () => world.duplicate('diff'),
    'stage again': async () => world.duplicate('stage'),
    'embed again': async () => world.duplicate('embed-batch'),
    'publish again': async () => world.duplicate('publish'),
    /** A time of the schedule that waits for a sync, which then ends. */
    'owed schedule': async () => {
      await sync({}, { change: notStarted });
      await scheduled((ports) => ports);
      const job = newest();
      if (job !== undefined) await act('cancel', (ports) => cancelJob(ports)(JobId.parse(job.job_id), user));
    },
    /** The time of a schedule has come. */
    scheduled: () => scheduled((ports) => ports),
    'scheduled in vain': () => scheduled(noClaims),
    deliver: () => dispatch('webhooks'),
    follow: () => dispatch('follow-ups'),
    tidy: () => dispatch('removals'),
    redeliver: () =>
      act('redeliver', async (ports) => {
        const [last] = (await ports.outbox.list(id, 1, null)).items;
        if (last === undefined) return;
        const { kind } = await redeliverWebhook(ports)(id, user, last.delivery_id);
        if (kind === 'due') watch.redeliveryTaken(last.delivery_id);
      }),
    /** The index is deleted by hand. */
    'lose index': async () => {
      watch.indexLost.add(id);
      for (const name of services.index.generations())
        await services.index.drop({ repositoryId: id, number: Number(name.split('/')[1]) });
    },
    /** A minute passes: leases end. */
    later: async () => {
      world.simulation.jumpedMilliseconds += MINUTE;
    },
    /** Days pass, and what has expired goes. */
    expire: async () => {
      world.simulation.jumpedMilliseconds += DAYS * DAY;
      services.database.expire(tableNames.syncJobs, world.simulation.now());
    },
  } satisfies Record<string, () => Promise<unknown>>;
};

export type ActionName = keyof ReturnType<typeof modelActions>;
