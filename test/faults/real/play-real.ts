import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SmartHttpServerOptions, startSmartHttpServer } from '../../support/smart-http-server.ts';
import { startWebhookReceiver } from '../../support/webhook-receiver.ts';
import { branchNames, plainSync } from '../history.ts';
import type { Mishap, RealHistory, RealOperation } from './real-history.ts';
import { ids, RealLab, users } from './real-lab.ts';
import { RealPlayers } from './real-players.ts';
import { judgeRest } from './real-rest.ts';
import { noDiskFaults, RealService } from './real-service.ts';
import { RealSource } from './real-source.ts';

export interface RealPlayed {
  readonly violations: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
  /** What was done, and when, in milliseconds from the beginning. */
  readonly course: readonly string[];
}

/** Plays a history in real time against a service of its own, and judges what is left. */
export const playReal = async (history: RealHistory): Promise<RealPlayed> => {
  const place = await mkdtemp(join(tmpdir(), 'test-real-'));
  const sources = [await RealSource.create(), await RealSource.create()];
  const remote: { -readonly [K in keyof SmartHttpServerOptions]: SmartHttpServerOptions[K] } & RealLab['remote'] = {
    root: tmpdir(),
    delayMs: 0,
    fault: null,
  } as never;
  const server = await startSmartHttpServer({
    get delayMs() {
      return remote.delayMs;
    },
    root: tmpdir(),
    fault: () => remote.fault,
  });
  const receiver = await startWebhookReceiver();
  const [first, second] = sources as [RealSource, RealSource];
  const url = `${server.url}/${basename(first.git.path)}/.git`;
  await second.git.git('remote', 'add', 'origin', url);
  const service = new RealService(place, { SOURCE_ROOTS: tmpdir(), WEBHOOK_ALLOW: '127.0.0.1' });
  const lab = new RealLab({ service, sources, urls: [url, second.git.path], receiver, remote });
  try {
    await service.prepare();
    await service.start(users);
    await begin(lab, history.indexed);
    for (const operation of history.operations) {
      lab.note(JSON.stringify(operation));
      await take(lab, operation);
      await sleep(operation.wait);
      await lookSomewhere(lab);
    }
    if (!service.isUp) await service.start(users);
    await judgeRest(lab);
  } catch (error) {
    lab.say(`the history ended early: ${(error as Error).stack}`);
  } finally {
    await service.remove();
    await receiver.close();
    await server.close();
    for (const { git } of sources) await git.cleanup();
  }
  return { violations: lab.violations, counts: lab.counts, course: lab.course };
};

const players = new WeakMap<RealLab, RealPlayers>();
const playersOf = (lab: RealLab): RealPlayers => {
  const known = players.get(lab) ?? new RealPlayers(lab);
  players.set(lab, known);
  return known;
};

const begin = async (lab: RealLab, indexed: boolean): Promise<void> => {
  for (const [number, source] of lab.sources.entries()) {
    const edits = [0, 1, 2].map((path) => ({ kind: 'put' as const, path: path + number, content: 4 + path }));
    await source.apply({ kind: 'commit', branch: 0, edits });
    await playersOf(lab).register(number, false);
  }
  if (!indexed) return;
  for (const [number, id] of ids.entries()) {
    const job = await lab.api(number === 0 ? 'ann' : 'bob').synced(id);
    if (job.status !== 'completed') lab.say(`the first sync of ${id} is ${job.status}: ${job.error?.message}`);
  }
};

const lookSomewhere = async (lab: RealLab): Promise<void> => {
  if (!lab.service.isUp) return;
  const id = ids[Math.random() < 0.5 ? 0 : 1];
  const branch = branchNames[Math.random() < 0.6 ? 0 : Math.random() < 0.5 ? 1 : 2];
  await playersOf(lab).look(id, branch, false);
};

const take = async (lab: RealLab, operation: RealOperation): Promise<void> => {
  const { service } = lab;
  if (operation.on === 'source') {
    const source = lab.sources[operation.number] as RealSource;
    lab.count(operation.kind);
    return operation.kind === 'bulk' ? source.bulk(operation.files) : source.apply(operation);
  }
  if (!service.isUp) await startAgain(lab);
  if (operation.on === 'repository') return playersOf(lab).act(operation.number, operation);
  return befall(lab, operation);
};

/** While it is down, the index may be kept for later. */
const startAgain = async (lab: RealLab): Promise<void> => {
  await lab.service.copyIndex();
  // It does not start on a disk that it cannot write to, and says so: that is looked at elsewhere.
  lab.service.freeDisks();
  await lab.service.start(users);
};

const befall = async (lab: RealLab, mishap: Mishap): Promise<void> => {
  const { service } = lab;
  const had = (happened: boolean, what: string = mishap.kind): void =>
    lab.count(happened ? what : `${what} (nothing to strike)`);
  switch (mishap.kind) {
    case 'kill-tree':
      await service.killTree();
      had(true);
      return startAgain(lab);
    case 'kill-main':
      await service.kill();
      had(true);
      return startAgain(lab);
    case 'kill-git': {
      // Git is there for moments only: something is asked for that needs it.
      const repository = await lab.repository(ids[0]);
      await (lab.sources[0] as RealSource).apply({
        kind: 'commit',
        branch: 0,
        edits: [{ kind: 'put', path: 0, content: 9 }],
      });
      const asked = repository === null ? null : playersOf(lab).sync(repository, plainSync);
      had(await service.killGit());
      await asked;
      return;
    }
    case 'crash-worker':
      return had(await service.crash('worker'));
    case 'crash-index': {
      const taken = await service.crash('index');
      had(taken);
      if (!taken) return;
      if (!(await service.ends(90_000))) lab.say('the service goes on without its index’s thread');
      await service.kill();
      return startAgain(lab);
    }
    case 'stop':
      service.running.child.kill('SIGSTOP');
      await sleep(mishap.milliseconds);
      service.running.child.kill('SIGCONT');
      return had(true);
    case 'restart': {
      const code = await service.terminate();
      if (code !== 0) lab.say(`SIGTERM ended the service with ${code}`);
      had(true);
      return startAgain(lab);
    }
    case 'older-index':
      await service.kill();
      await service.copyIndex();
      service.freeDisks();
      await service.restoreIndex();
      had(true);
      return startAgain(lab);
    case 'full-disk':
    case 'read-only':
      if (noDiskFaults !== null) return had(false);
      if (mishap.kind === 'full-disk') service.fill(mishap.disk);
      else service.readOnly(mishap.disk);
      return had(true, `${mishap.kind} ${mishap.disk}`);
    case 'free-disk':
      service.freeDisks();
      return had(true);
    case 'remote':
      lab.disturb(mishap.how);
      return had(true, `remote ${mishap.how}`);
    case 'receiver':
      lab.receive(mishap.how);
      return had(true, `receiver ${mishap.how}`);
    default:
      mishap satisfies never;
  }
};
