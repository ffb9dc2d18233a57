import type { Delivery } from '../../core/contract/events.ts';
import { RepositoryId } from '../../core/contract/ids.ts';
import type { RepositoryRecord } from '../../core/contract/records.ts';
import * as errors from '../../core/domain/errors.ts';
import { indexFaults } from '../../core/domain/index-fault.ts';
import { isTerminal } from '../../core/domain/job-status.ts';
import { repositoryPrefix } from '../../core/objects/object-keys.ts';
import { tableNames } from './memory/memory-dynamodb.ts';
import { type Players, repositoryIds } from './players.ts';
import { judgeRows, judgeWords } from './published.ts';
import { readWords } from './published-words.ts';
import type { Services } from './services.ts';
import { isIndexable } from './truth.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** When everything must have come to an end: five attempts with all their waits take less. */
const LONGEST = 72 * HOUR;

/** Ends of jobs that tell of a fault in the product: nothing that fails around it makes these right. */
const neverEnds = new Set([
  'ObjectMissingError',
  'GenerationNotFoundError',
  'EmbedderMismatchError',
  'SyncSupersededError',
  'SourceNotFoundError',
]);

/** What may be thrown at all: what the product names, and what faults throw. */
const known = new Set([
  ...Object.keys(errors),
  'BrokenError',
  'TimeoutError',
  'ThrottlingException',
  'Runtime.ExitError',
]);
const faultTexts = ['is away', 'poisoned'];

/** Heals the world, lets everything come to its end, and judges what is left. */
export const judgeRest = async (world: World, players: Players, watch: Watch): Promise<void> => {
  world.heal();
  await untilQuiet(world, watch);
  judgeEnds(world, watch);
  watch.owed.judgePushes();
  watch.owed.judgeQueued();
  watch.plans.judgeEnds();
  await untilCleared(world, watch);
  for (const id of repositoryIds) await syncAll(world, players, watch, id);
  // What the last publish left over goes with the next job.
  for (const id of repositoryIds) await syncAll(world, players, watch, id);
  await world.simulation.advance(90 * SECOND);
  for (const id of repositoryIds) judgeIndex(world, players, watch, id);
  judgeStored(world, watch);
  await deliverAll(world, watch);
  judgeEvents(world, watch);
  watch.judgeRedeliveries();
  judgeSwitchedOff(world, watch);
  judgeMembers(world, watch);
};

/** An address that said 410 is on its repository's list: both are written at once. */
const judgeSwitchedOff = ({ services }: World, watch: Watch): void => {
  for (const { sk, delivery } of services.database.items(tableNames.syncJobs)) {
    if (delivery === undefined) continue;
    const { status, url, repository_id, repository_created_at } = delivery as Delivery;
    const repository = watch.repository(repository_id);
    if (status !== 'disabled' || repository?.created_at !== repository_created_at || watch.redeliveries(String(sk)) > 0)
      continue;
    if (repository?.disabled_webhooks.includes(url) === false)
      watch.say(`${url} answered 410, and is not switched off`);
  }
};

/** Owners' counts and memberships are those of the repositories that are there. */
const judgeMembers = ({ services }: World, watch: Watch): void => {
  const there = repositoryIds.flatMap((id) => watch.repository(id) ?? []);
  const members = there.flatMap(({ repository_id, owner, grants }) =>
    [...new Set([owner, ...Object.keys(grants)])].map((user) => `user#${user} ${repository_id}`),
  );
  const items = services.database.items(tableNames.repositories);
  const found = items.filter(({ repository_id }) => String(repository_id).startsWith('user#'));
  const kept = found.map(({ repository_id, sk }) => `${String(repository_id)} ${String(sk)}`);
  if (kept.toSorted().join() !== members.toSorted().join())
    watch.say(`memberships are ${kept.join()} in place of ${members.join()}`);
  for (const { repository_id, repositories } of items.filter(({ sk }) => sk === 'REPOSITORIES')) {
    const owned = there.filter(({ owner }) => repository_id === `quota#${owner}`).length;
    if (Number(repositories) !== owned)
      watch.say(`${String(repository_id)} counts ${String(repositories)} of ${owned}`);
  }
};

/** What runs by itself, again and again. Everything else was asked for, and may begin something when it goes on. */
const upkeep = new Set(['reconcile', 'dispatch-webhooks', 'dispatch-follow-ups', 'dispatch-removals']);

const isQuiet = (world: World, watch: Watch): boolean =>
  world.isUp &&
  !world.isAtWork &&
  world.running.every(({ name }) => upkeep.has(name)) &&
  [...watch.jobs.values()].every(({ record }) => isTerminal(record.status)) &&
  !world.services.database
    .items(tableNames.syncJobs)
    .some(({ due_shard }) => typeof due_shard === 'string' && due_shard.startsWith('push-'));

const untilQuiet = async (world: World, watch: Watch): Promise<void> => {
  const { simulation } = world;
  const end = simulation.milliseconds + LONGEST;
  world.touch();
  while (simulation.milliseconds < end) {
    await simulation.advance(5 * SECOND);
    if (isQuiet(world, watch)) return;
  }
  for (const { record } of watch.jobs.values())
    if (!isTerminal(record.status)) watch.say(`${record.job_id} is still ${record.status} after three days`);
  if (isQuiet(world, watch)) return;
  watch.say('something is still owed after three days');
};

/** What was removed is cleared twice, and then nothing is owed for it. */
const untilCleared = async ({ services, simulation }: World, watch: Watch): Promise<void> => {
  // As long as what clears may stand still.
  for (let round = 0; round < 20; round++) {
    const left = services.database.items(tableNames.syncJobs).filter(({ sk }) => sk === 'REMOVAL');
    if (left.length === 0) return;
    const last = Math.max(...left.map(({ due_at }) => Date.parse(String(due_at))));
    await simulation.advance(Math.max(0, last - simulation.now().getTime()) + 150 * SECOND);
  }
  watch.say('a removed repository is not cleared after twenty rounds');
};

const judgeEnds = (world: World, watch: Watch): void => {
  // A job that loses its index under way fails.
  for (const { record } of watch.jobs.values())
    if (watch.indexLost.has(record.repository_id)) continue;
    else if (record.status === 'failed' && neverEnds.has(record.error?.code ?? ''))
      watch.say(`${record.job_id} failed: ${record.error?.code} ${record.error?.message}`);
  for (const { step, error } of world.failures)
    if (!known.has(error.name) && !faultTexts.some((text) => error.message.includes(text)))
      watch.say(`${step} threw ${error.stack}`);
};

/** A sync with nothing in its way, of every branch; and of what failed before, if anything did. */
const syncAll = async (world: World, players: Players, watch: Watch, name: string): Promise<void> => {
  const id = RepositoryId.parse(name);
  const url = watch.repository(id)?.source.url;
  if (url === undefined) return;
  const branches = [...(players.sources.get(url)?.repository.branches.keys() ?? [])];
  await oneSync(world, watch, id, () => players.syncAll(id, branches));
  const failed = [...watch.committed(id).values()]
    .flatMap(({ entries }) => entries)
    .some(({ outcome }) => outcome === 'failed');
  if (!failed) return;
  await oneSync(world, watch, id, () => players.retryAll(id, branches));
};

const oneSync = async (world: World, watch: Watch, id: string, start: () => Promise<unknown>): Promise<void> => {
  const before = watch.newestJob(id);
  const started = start();
  await world.simulation.advance(HOUR, () => {
    const job = watch.jobsOf(id).at(-1);
    return job !== undefined && job.record.job_id !== before && isTerminal(job.record.status);
  });
  const job = watch.jobsOf(id).at(-1)?.record;
  if (job === undefined || job.job_id === before) watch.say(`no sync of ${id} was started: ${await started}`);
  else if (job.status !== 'completed' && job.status !== 'completed_with_errors')
    watch.say(`a sync of ${id} with nothing in its way is ${job.status}: ${job.error?.code} ${job.error?.message}`);
  // Its tidying up.
  await world.simulation.advance(10 * SECOND);
};

/** Each branch is what git has, as far as the rules allow, and the index holds that and nothing else. */
const judgeIndex = (world: World, players: Players, watch: Watch, id: string): void => {
  const record = watch.repository(id);
  if (record === null) return;
  if (record.lock !== undefined) watch.say(`${id} is still locked`);
  for (const { record: job } of watch.jobsOf(id))
    if (!watch.indexLost.has(id) && indexFaults.some((fault) => fault === job.mode_reason))
      watch.say(`${job.job_id} took a whole index for one that is not: ${job.mode_reason}`);
  for (const name of Object.keys(record.sightings))
    if (!Object.hasOwn(record.branches, name)) watch.say(`${id} has seen ${name}, which is not indexed`);
  const source = players.sources.get(record.source.url);
  const say = (violation: string): void => watch.say(`${id} at rest: ${violation}`);
  const held = new Map<string, Set<string>>();
  for (const [branch, { pointer, entries, files }] of watch.committed(id)) {
    const tip = source?.repository.branches.get(branch);
    if (tip !== undefined && tip !== pointer.commit) say(`${branch} is at ${pointer.commit} in place of ${tip}`);
    judgeRows(world.services, record, pointer, entries, files, say);
    judgeWords(world.services, record, pointer, entries, say);
    const rows = held.get(`${id}/${pointer.generation}`) ?? new Set<string>();
    held.set(`${id}/${pointer.generation}`, rows);
    for (const { path, outcome, oid, chunks, reason } of entries) {
      for (let ordinal = 0; ordinal < chunks; ordinal++) rows.add(`${oid}/${ordinal}`);
      const wanted = isIndexable(path, files, record.ignore_patterns);
      if (tip !== undefined && wanted !== (outcome === 'indexed')) say(`${path} of ${branch} is ${outcome} ${reason}`);
    }
  }
  for (const generation of world.services.index.generations()) {
    if (generation.split('/')[0] !== id || watch.isUncleared(id)) continue;
    for (const key of world.services.index.rows(generation).keys())
      if (!held.get(generation)?.has(key)) say(`the row ${key} of generation ${generation} is held by no manifest`);
  }
};

/** Nothing is stored for repositories that are gone, and nothing that no one needs for those that are there. */
const judgeStored = ({ services }: World, watch: Watch): void => {
  const there = new Map<string, RepositoryRecord>();
  for (const id of repositoryIds) {
    const record = watch.repository(id);
    if (record !== null) there.set(id, record);
  }
  for (const key of services.objects.keys()) {
    if (watch.isUncleared(key.split('/')[1] as string)) continue;
    const record = [...there.values()].find(({ repository_id }) => key.startsWith(repositoryPrefix(repository_id)));
    if (record === undefined) watch.say(`the object ${key} is of no repository`);
    else if (!isNeeded(services, key, record, watch)) watch.say(`the object ${key} is needed by nothing`);
  }
  for (const generation of services.index.generations()) {
    const [id = '', number] = generation.split('/');
    const branches = Object.values(there.get(id)?.branches ?? {});
    if (there.has(id) && !watch.isUncleared(id) && !branches.some((branch) => String(branch.generation) === number))
      watch.say(`the index ${generation} is of no branch`);
  }
  for (const generation of services.index.generations())
    if (!there.has(generation.split('/')[0] as string) && !watch.isUncleared(generation.split('/')[0] as string))
      watch.say(`the index ${generation} is of no repository`);
};

const isNeeded = (services: Services, key: string, record: RepositoryRecord, watch: Watch): boolean => {
  const { repository_id, branches } = record;
  const rest = key.slice(repositoryPrefix(repository_id).length);
  if (rest.startsWith('ledgers/') || rest.startsWith('attributes/')) return true;
  if (rest.startsWith('words/'))
    return Object.values(branches).some(({ generation }) =>
      readWords(services, record, generation, () => undefined).objects.includes(key),
    );
  return [...watch.committed(repository_id).values()].some(({ objects }) => objects.includes(key));
};

/** Lets time pass from one delivery that is due to the next. */
const deliverAll = async ({ services, simulation }: World, watch: Watch): Promise<void> => {
  for (let round = 0; round < 60; round++) {
    const due = services.database
      .items(tableNames.syncJobs)
      .filter(({ due_shard }) => typeof due_shard === 'string')
      .map(({ due_at }) => Date.parse(String(due_at)));
    if (due.length === 0) return;
    const wait = Math.max(0, Math.min(...due) - simulation.now().getTime());
    await simulation.advance(wait + 61 * SECOND);
  }
  watch.say('events are still due after 60 rounds');
};

const terminalTypes: Record<string, string> = {
  completed: 'sync.completed',
  completed_with_errors: 'sync.completed',
  failed: 'sync.failed',
  cancelled: 'sync.cancelled',
};

/** Each job with a webhook told its end, once in kind, and its receiver has it. */
const judgeEvents = ({ services }: World, watch: Watch): void => {
  const { database, received } = services;
  const taken = new Set(received.filter(({ status }) => status < 300).map(({ id }) => id));
  const off = database
    .items(tableNames.repositories)
    .some(({ disabled_webhooks }) => (disabled_webhooks as string[] | undefined)?.length);
  for (const { record } of watch.jobs.values()) {
    const events = [...(watch.events.get(record.job_id) ?? [])];
    const ends = events.filter(([, type]) => type !== 'sync.started' && type !== 'sync.progress');
    if (record.options.progress_webhook === undefined) {
      if (events.length > 0) watch.say(`${record.job_id} has no webhook, and told ${events.join()}`);
      continue;
    }
    const said410 = received.some(({ status }) => status === 410);
    const repository = watch.repository(record.repository_id);
    if (ends.length > 1 || ends.some(([, type]) => type !== terminalTypes[record.status]))
      watch.say(`${record.job_id} is ${record.status}, and told ${ends.join()}`);
    if (said410 || off) continue;
    if (ends.length === 0) watch.say(`${record.job_id} is ${record.status}, and told no one`);
    // What is left to tell of a repository that is gone is not told.
    if (repository === null || repository.created_at !== record.repository_created_at) continue;
    for (const [id, type] of ends) if (!taken.has(id)) watch.say(`${type} of ${record.job_id} never came`);
    if (record.started_at !== null && events.filter(([, type]) => type === 'sync.started').length !== 1)
      watch.say(`${record.job_id} has begun, and told ${events.join()}`);
  }
};
