import { CreateRepository, SearchQuery } from '../../core/contract/api.ts';
import { BranchName, JobId, RepositoryId, UserId } from '../../core/contract/ids.ts';
import { rights } from '../../core/contract/rights.ts';
import { SyncOptions } from '../../core/contract/sync-options.ts';
import { cancelJob } from '../../core/jobs/cancel-job.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { changeGrant } from '../../core/repositories/change-grant.ts';
import { createRepository } from '../../core/repositories/create-repository.ts';
import { deleteRepository } from '../../core/repositories/delete-repository.ts';
import { dropBranch } from '../../core/repositories/drop-branch.ts';
import { updateRepository } from '../../core/repositories/update-repository.ts';
import { search } from '../../core/search/search.ts';
import { claimSync } from '../../core/triggers/claim-sync.ts';
import { idempotencyOf, rememberAnswer } from '../../core/triggers/idempotency.ts';
import { retryFailed } from '../../core/triggers/retry-failed.ts';
import { runSchedules } from '../../core/triggers/run-schedules.ts';
import { startSync } from '../../core/triggers/start-sync.ts';
import { reconcileSyncs } from '../../core/upkeep/reconcile-syncs.ts';
import { bodyOf, judgeAttached, judgeHolder } from './conflicts.ts';
import { branchNames, type RepositoryOperation, type SyncRequest, type WorldOperation } from './history.ts';
import { Pushes } from './pushes.ts';
import { ignored, type Source } from './truth.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

/** One id is the beginning of the other: what is removed of one must leave the other alone. */
export const repositoryIds = ['r1', 'r10'] as const;
/** One source is remote, the other a path of this machine. */
export const sourceUrls = ['https://git.example/first.git', '/srv/git/second'] as const;
const owners = ['ann', 'bob'] as const;
const guest = UserId.parse('cat');
const hook = 'https://hooks.example/sync';

interface SyncChanges {
  /** The webhook's, where the request has one. */
  readonly address?: string | undefined;
  readonly change?: ((ports: Runtime) => Runtime) | undefined;
}

/** Does in the world what operations say. Calls may fail as the faults have it; nobody waits for their answers. */
export class Players {
  readonly world: World;
  readonly watch: Watch;
  readonly sources: ReadonlyMap<string, Source>;
  readonly #pushes = new Pushes(this);
  #looks = 0;

  constructor(world: World, watch: Watch, sources: ReadonlyMap<string, Source>) {
    this.world = world;
    this.watch = watch;
    this.sources = sources;
  }

  ownerOf(repository: string): string {
    return this.watch.repository(repository)?.owner ?? owners[0];
  }

  source(number: number): Source {
    return this.sources.get(sourceUrls[number] as string) as Source;
  }

  /** An answer that never comes, or is an error, is the caller's to bear: failures are judged by the watch. */
  act(name: string, step: (ports: Runtime) => Promise<unknown>): Promise<unknown> {
    this.world.touch();
    if (!this.world.isUp) return Promise.resolve();
    return this.world.run(name, step).catch(() => undefined);
  }

  async repository(
    number: number,
    operation: RepositoryOperation,
    { change = (ports) => ports }: Pick<SyncChanges, 'change'> = {},
  ): Promise<void> {
    const id = RepositoryId.parse(repositoryIds[number]);
    const user = UserId.parse(this.ownerOf(id));
    switch (operation.kind) {
      case 'sync':
        await this.sync(id, operation);
        return;
      case 'cancel':
      case 'retry-failed': {
        const last = this.watch.newestJob(id);
        if (last === undefined) return;
        const act = operation.kind === 'cancel' ? cancelJob : retryFailed;
        await this.act(operation.kind, (ports) => act(ports)(JobId.parse(last), user));
        return;
      }
      case 'register':
        await this.register(number, operation.other);
        return;
      case 'delete':
        await this.#remove(id, user);
        return;
      case 'settings':
        await this.act('settings', (ports) =>
          updateRepository(ports)(id, user, {
            ignore_patterns: operation.ignores ? [...ignored.repository] : [],
            schedule: operation.schedule ? '* * * * *' : null,
          }),
        );
        return;
      case 'push':
        await this.#pushes.push(number, branchNames[operation.branch] as string, operation.deleted ?? false, change);
        return;
      case 'push-again':
        await this.#pushes.again(number);
        return;
      case 'grant':
        await this.act('grant', (ports) => changeGrant(ports)(id, user, guest, operation.role));
        return;
      case 'drop-branch': {
        const branch = BranchName.parse(branchNames[operation.branch]);
        await this.act('drop-branch', (ports) => dropBranch(ports)(id, user, branch));
        return;
      }
      case 'look':
        await this.look(id, branchNames[operation.branch] as string, operation);
        return;
      default:
        operation satisfies never;
    }
  }

  async #remove(id: RepositoryId, user: UserId): Promise<void> {
    await this.act('delete', (ports) => deleteRepository(ports)(id, user));
  }

  async register(number: number, other: boolean): Promise<void> {
    const id = RepositoryId.parse(repositoryIds[number]);
    const at = other ? 1 - number : number;
    const request = CreateRepository.parse({ repository_id: id, source: { url: sourceUrls[at] } });
    const user = UserId.parse(owners[at]);
    await this.act('register', (ports) => createRepository(ports)({ user, rights: [rights.localSources] }, request));
  }

  sync(id: RepositoryId, request: SyncRequest, { address = hook, change }: SyncChanges = {}): Promise<unknown> {
    // `attach` and `queue` take no key here.
    const key = request.force || request.onConflict === null ? request.key : null;
    return this.#startSync(id, bodyOf(request, address), key, change);
  }

  #startSync(
    id: RepositoryId,
    body: object,
    key: number | null,
    change: SyncChanges['change'] = (ports) => ports,
  ): Promise<unknown> {
    const user = UserId.parse(this.ownerOf(id));
    const options = SyncOptions.parse(body);
    return this.act('sync', async (given) => {
      const ports = change(given);
      const named = key === null ? undefined : `key-${key}`;
      const idempotency = named === undefined ? undefined : await idempotencyOf(user, named, options);
      const from = this.watch.now;
      const over = options.on_conflict === 'queue' ? this.watch.owed.queueAsked(id, options) : () => undefined;
      const outcome = await startSync(ports)({ repositoryId: id, user, options, idempotency });
      over();
      if (outcome.kind === 'accepted' && idempotency !== undefined) {
        this.watch.acceptedUnder(id, idempotency.key, outcome.job.job_id);
        await rememberAnswer(ports)(outcome, idempotency, outcome.job.job_id);
      }
      // A repository that was removed since has other ages.
      const repository = this.watch.repository(id);
      if (outcome.kind === 'queued' && outcome.job.repository_created_at === repository?.created_at)
        this.watch.owed.syncQueued(id, outcome.job, options, from);
      if (outcome.kind === 'held' || outcome.kind === 'queued') judgeHolder(this.watch, id, outcome.by, from);
      if (outcome.kind === 'attached') judgeAttached(this.watch, id, outcome.to, options, from);
      return outcome.kind;
    });
  }

  /** A sync of all that the source has, with nothing else asked. */
  syncAll(id: RepositoryId, branches: readonly string[]): Promise<unknown> {
    return this.#startSync(id, branches.length === 0 ? {} : { branches }, null);
  }

  /** The same, and what failed before is read again. */
  retryAll(id: RepositoryId, branches: readonly string[]): Promise<unknown> {
    return this.act('sync', async (ports) => {
      const repository = await ports.repositories.get(id);
      if (repository === null) return;
      const options = SyncOptions.parse({ branches });
      const outcome = await claimSync(ports)({ repository, requestedBy: repository.owner, trigger: 'retry', options });
      return outcome.kind;
    });
  }

  async look(id: RepositoryId, branch: string, how: { language: boolean; guest?: boolean }): Promise<void> {
    const { language } = how;
    const user = how.guest === true ? guest : UserId.parse(this.ownerOf(id));
    const query = SearchQuery.parse({
      q: 'walrus narwhal export',
      branch,
      limit: 100,
      ...(language ? { language: 'typescript' } : {}),
    });
    const from = this.world.simulation.milliseconds;
    const name = `look-${++this.#looks}`;
    await this.act('look', async (ports) => {
      const outcome = await search(ports)(id, user, query);
      this.watch.judgeLook({ id, user, branch, language, from, name, outcome });
    });
  }

  async worldwide(operation: WorldOperation): Promise<void> {
    const { world } = this;
    const { services, simulation } = world;
    switch (operation.kind) {
      case 'reconcile':
        await this.act('reconcile', (ports) => reconcileSyncs(ports)({ graceSeconds: 0 }));
        return;
      case 'run-schedules': {
        const until = simulation.now();
        const after = new Date(until.getTime() - 60_000);
        const repositories = repositoryIds.map((id) => RepositoryId.parse(id));
        await this.act('run-schedules', (ports) => runSchedules(ports)({ repositories, after, until }));
        return;
      }
      case 'poison':
        services.poison.on = operation.active;
        return;
      case 'receiver':
        services.receiver.status = operation.status;
        return;
      case 'jump':
        simulation.jumpedMilliseconds += operation.seconds * 1000;
        return;
      case 'kill':
        for (const process of world.running) if (process.name === operation.step) process.die();
        return;
      case 'crash':
        world.crash(operation.seconds);
        return;
      case 'duplicate':
        world.duplicate();
        return;
      case 'expire':
        void simulation.outside(services.database.expire('sync-jobs', simulation.now()));
        return;
      default:
        operation satisfies never;
    }
  }
}
