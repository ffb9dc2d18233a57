import type { JobRecord } from '../../core/contract/records.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { branchNames } from './history.ts';
import type { Process } from './process.ts';
import type { Services } from './services.ts';

/** A fault of the product, made on purpose: the checker has to see it. What takes a rarer meeting than these, such as a publish after the lock was lost, is the model's to find. */
export interface Mutation {
  readonly name: string;
  /** Changes the writes to the database, as if a guard had been forgotten. */
  readonly write?: ((command: string, input: unknown) => unknown) | undefined;
  /** Changes the ports of a process. */
  readonly ports?: ((ports: Runtime, process: Process, services: Services) => Partial<Runtime>) | undefined;
}

interface Part {
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
  readonly ConditionExpression?: string;
  readonly Item?: Readonly<Record<string, unknown>>;
  readonly Key?: Readonly<Record<string, unknown>>;
}
type Parts = readonly Readonly<Record<string, Part>>[];

const isRepository = ({ Key }: Part): boolean => Key?.sk === 'REPOSITORY';
const isJob = ({ Key }: Part): boolean => Key?.sk === 'JOB';
const names = ({ ExpressionAttributeNames = {} }: Part, ...wanted: readonly string[]): boolean =>
  wanted.every((name) => Object.values(ExpressionAttributeNames).includes(name));
const removes = (part: Part, attribute: string): boolean => {
  const alias = Object.entries(part.ExpressionAttributeNames ?? {}).find(([, name]) => name === attribute)?.[0];
  return alias !== undefined && new RegExp(`REMOVE[^A-Z]*${alias}\\b`).test(part.UpdateExpression ?? '');
};

/** Takes the condition from the parts of a transaction for which `which` holds, where it holds for at least one. */
const unguarded =
  (applies: (parts: readonly Part[]) => boolean, which: (part: Part) => boolean) =>
  (command: string, input: unknown): unknown => {
    if (command !== 'TransactWriteItemsCommand') return input;
    const { TransactItems: items } = input as { TransactItems: Parts };
    const parts = items.map((item) => Object.values(item)[0] as Part);
    if (!applies(parts)) return input;
    return {
      TransactItems: items.map((item) => {
        const [kind, part] = Object.entries(item)[0] as [string, Part];
        const { ConditionExpression: _, ...free } = part;
        return which(part) ? { [kind]: free } : item;
      }),
    };
  };

const isPublish = (parts: readonly Part[]): boolean =>
  parts.some((part) => isRepository(part) && removes(part, 'lock') && names(part, 'branches'));
const isEnd = (parts: readonly Part[]): boolean =>
  parts.some((part) => isRepository(part) && removes(part, 'lock')) && !isPublish(parts);
const isClaim = (parts: readonly Part[]): boolean => parts.some(({ Item }) => Item?.sk === 'JOB');
const either = (part: Part): boolean => isRepository(part) || isJob(part);

/** Says that a branch is wanted. */
const wanting = (part: Part): Part => ({
  ...part,
  UpdateExpression: (part.UpdateExpression ?? '').replace(/^SET /, 'SET wanted_branches = :wanted, '),
  ExpressionAttributeValues: { ...part.ExpressionAttributeValues, ':wanted': ['dev'] },
});

/** Jobs as if their options were others. */
const shownAs = (
  jobs: Runtime['jobs'],
  change: (options: JobRecord['options']) => JobRecord['options'],
): Runtime['jobs'] => ({
  ...jobs,
  get: async (id) => {
    const view = await jobs.get(id);
    return view === null ? null : { ...view, job: { ...view.job, options: change(view.job.options) } };
  },
});

const nothing = async (): Promise<void> => undefined;

export const mutations: readonly Mutation[] = [
  { name: 'a failure or a cancel frees the lock, whoever has it', write: unguarded(isEnd, either) },
  { name: 'a claim does not ask whether the lock is free', write: unguarded(isClaim, isRepository) },
  {
    name: 'the end of a job tells no webhook',
    write: (command, input) => {
      if (command !== 'TransactWriteItemsCommand') return input;
      const { TransactItems: items } = input as { TransactItems: Parts };
      const isEvent = (item: Readonly<Record<string, Part>>): boolean =>
        (item.Put?.Item?.delivery as { event?: { type?: string } } | undefined)?.event?.type === 'sync.completed';
      return { TransactItems: items.filter((item) => !isEvent(item)) };
    },
  },
  {
    name: 'an event is taken off the list before it is sent',
    ports: ({ outbox }) => ({
      outbox: {
        ...outbox,
        lease: async (now, limit, seconds) => {
          const leased = await outbox.lease(now, limit, seconds);
          const attempt = { at: now.toISOString(), status: 204, error: null, milliseconds: 0 };
          for (const delivery of leased) await outbox.record(delivery, attempt, { status: 'delivered' });
          return leased;
        },
      },
    }),
  },
  {
    name: 'a publish does not wait for the rows',
    ports: ({ index }, _, { simulation }) => ({
      index: { ...index, put: async (...call) => void simulation.after(2_000, () => void index.put(...call)) },
    }),
  },
  { name: 'blobs that no one holds are not deleted', ports: ({ index }) => ({ index: { ...index, delete: nothing } }) },
  {
    name: 'words that a job has settled are not recorded',
    ports: ({ index }) => ({
      index: {
        ...index,
        settle: async (...call) => {
          await index.settle(...call);
          return undefined;
        },
      },
    }),
  },
  {
    name: 'packs that are put together are named and not written',
    ports: ({ objects }, { name }) => ({
      objects: {
        ...objects,
        putText: async (key, text) =>
          name === 'publish' && key.includes('/packs/') ? text.length : objects.putText(key, text),
      },
    }),
  },
  { name: 'old generations are not dropped', ports: ({ index }) => ({ index: { ...index, drop: nothing } }) },
  {
    name: 'objects of jobs that have ended are not removed',
    ports: ({ objects }) => ({ objects: { ...objects, deleteAll: nothing } }),
  },
  {
    name: 'a job whose execution is gone is taken for running',
    ports: ({ workflow }) => ({ workflow: { ...workflow, describe: async () => 'running' } }),
  },
  {
    name: 'an entry of the tree is overlooked',
    ports: ({ git }) => ({
      git: {
        ...git,
        open: async (...call) => {
          const opened = await git.open(...call);
          return {
            ...opened,
            async *tree(commit) {
              for await (const block of opened.tree(commit)) yield block.length > 3 ? block.slice(1) : block;
            },
          };
        },
      },
    }),
  },
  {
    name: 'a change of the tree is overlooked',
    ports: ({ git }) => ({
      git: {
        ...git,
        open: async (...call) => {
          const opened = await git.open(...call);
          return {
            ...opened,
            changes: (...asked) => {
              const changes = opened.changes(...asked);
              return changes === null
                ? null
                : (async function* () {
                    for await (const block of changes) yield block.slice(0, -1);
                  })();
            },
          };
        },
      },
    }),
  },
  {
    name: 'a repeated request is not recognised',
    ports: ({ claims }) => ({
      claims: { ...claims, claim: (claim) => claims.claim({ ...claim, idempotency: undefined }) },
    }),
  },
  {
    name: 'a push that comes while a sync runs is forgotten',
    ports: ({ followUps }) => ({
      followUps: {
        ...followUps,
        request: async (...call) => {
          const followUp = await followUps.request(...call);
          await followUps.drop(followUp);
          return followUp;
        },
      },
    }),
  },
  {
    name: 'a plan is taken for a sync by its steps',
    ports: ({ jobs }, process) => ({
      jobs: shownAs(jobs, (options) => {
        const { dry_run: _, ...others } = options;
        return process.claim === null ? options : others;
      }),
    }),
  },
  {
    name: 'the claim of a plan wants its branches',
    write: (command, input) => {
      if (command !== 'TransactWriteItemsCommand') return input;
      const { TransactItems: items } = input as { TransactItems: Parts };
      const isPlan = items.some(
        ({ Put }) => (Put?.Item?.options as { readonly dry_run?: boolean } | undefined)?.dry_run === true,
      );
      return {
        TransactItems: items.map((item) =>
          isPlan && item.Update !== undefined && isRepository(item.Update) ? { Update: wanting(item.Update) } : item,
        ),
      };
    },
  },
  {
    name: 'a delivery that comes again is a push of its own',
    ports: ({ pushDeliveries }) => ({ pushDeliveries: { ...pushDeliveries, answerTo: async () => null } }),
  },
  {
    name: 'a push is followed by a plan',
    ports: ({ claims }) => ({
      claims: {
        ...claims,
        claim: (claim) =>
          claims.claim(
            claim.followUp === undefined
              ? claim
              : { ...claim, job: { ...claim.job, options: { ...claim.job.options, dry_run: true } } },
          ),
      },
    }),
  },
  {
    name: 'a sync that waits forgets what was asked of it',
    ports: ({ followUps }) => ({
      followUps: {
        ...followUps,
        request: (repository, branches, by, at) =>
          followUps.request(repository, branches, typeof by === 'string' ? by : { ...by, fullReindex: false }, at),
      },
    }),
  },
  {
    name: 'who wants to join is given any job that reads another branch',
    ports: ({ jobs }, { name }) => ({
      jobs:
        name === 'sync' ? shownAs(jobs, (options) => ({ ...options, branches: [...branchNames, 'current'] })) : jobs,
    }),
  },
  {
    name: 'a search reads the branch’s pointer once and keeps it',
    ports: ({ repositories }, process, services) => ({
      repositories:
        process.name !== 'look'
          ? repositories
          : {
              ...repositories,
              get: async (id) => {
                const seen = seenBy(services);
                const known = seen.get(id) ?? (await repositories.get(id));
                if (known !== null && Object.keys(known.branches).length > 0) seen.set(id, known);
                return known;
              },
            },
    }),
  },
];

const memories = new WeakMap<Services, Map<string, Awaited<ReturnType<Runtime['repositories']['get']>>>>();
const seenBy = (services: Services) => {
  const seen = memories.get(services) ?? new Map();
  memories.set(services, seen);
  return seen;
};
