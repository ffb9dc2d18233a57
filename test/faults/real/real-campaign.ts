import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobAnswer } from '../../../core/contract/api.ts';
import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import { type ServiceProcess, startService } from '../../support/service-process.ts';
import { type SmartHttpServerOptions, startSmartHttpServer } from '../../support/smart-http-server.ts';
import { type Campaign, MAX_SEED } from '../campaign.ts';
import { Simulation } from '../simulation.ts';

/** One repository is read in place, the other over smart HTTP. */
const ids = ['r1', 'r10'] as const;
const branches = ['main', 'dev'] as const;
const STEPS = 9;

type Random = () => number;
type Say = (violation: string) => void;

interface Lab {
  readonly random: Random;
  readonly dataDir: string;
  readonly temporary: string;
  readonly git: GitRepository;
  readonly remote: { delayMs: number };
  service: ServiceProcess;
  readonly start: () => Promise<ServiceProcess>;
  readonly say: Say;
  readonly count: (what: string) => void;
}

/** Plays histories against the service as its user runs it: a process, real git, real HTTP, real kills, real time. */
export const realCampaign = async (
  { seed: given, histories }: Campaign,
  print: (text: string) => void,
): Promise<number> => {
  const seed = given ?? Math.floor(Math.random() * (MAX_SEED - histories));
  const counts = new Map<string, number>();
  for (let number = seed; number < seed + histories; number++) {
    const violations: string[] = [];
    await playReal(
      number,
      (violation) => violations.push(violation),
      (what) => counts.set(what, (counts.get(what) ?? 0) + 1),
    );
    if (violations.length === 0) continue;
    print(`violations in the real history of seed ${number}:\n${violations.map((each) => `  ${each}`).join('\n')}`);
    print(`again, as far as real time allows: npm run test:faults -- --real --seed ${number} --histories 1`);
    return 1;
  }
  print(
    `${histories} real histories of seed ${seed}: ${[...counts].map(([what, count]) => `${what} ${count}`).join(', ')}`,
  );
  print('violations: none');
  return 0;
};

const playReal = async (seed: number, say: Say, count: (what: string) => void): Promise<void> => {
  const { random } = new Simulation(seed);
  const place = await mkdtemp(join(tmpdir(), 'test-real-'));
  const dataDir = join(place, 'data');
  const temporary = await mkdtemp(join(place, 'tmp-'));
  const git = await createGitRepository({ 'a.ts': fileOf(1), 'lib/b.ts': fileOf(2) });
  const remote: SmartHttpServerOptions & { delayMs: number } = { root: tmpdir(), delayMs: 0 };
  const server = await startSmartHttpServer(remote);
  const start = (): Promise<ServiceProcess> =>
    startService(dataDir, { TMPDIR: temporary, SOURCE_ROOTS: tmpdir(), LOG_LEVEL: 'error' });
  const lab: Lab = { random, dataDir, temporary, git, remote, service: await start(), start, say, count };
  try {
    await lab.service.api.register(ids[0], git.path);
    await lab.service.api.register(ids[1], `${server.url}/${basename(git.path)}/.git`);
    for (let step = 0; step < STEPS; step++) await takeStep(lab);
    await judgeRest(lab);
  } finally {
    await lab.service.kill();
    await server.close();
    await git.cleanup();
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  }
};

const words = (n: number): string => `zebra${n}word`;
const fileOf = (n: number): string => `export const ${words(n)} = ${n};\n`;
const chosen = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

const takeStep = async (lab: Lab): Promise<void> => {
  const { random, git, count } = lab;
  const dice = random();
  const id = chosen(random, ids);
  if (dice < 0.3) {
    count('commits');
    const path = chosen(random, ['a.ts', 'lib/b.ts', 'c.ts', 'd/e.ts']);
    // With the same history a rewritten branch, now and then.
    if (random() < 0.3) await git.branch(chosen(random, branches), random() < 0.5 ? 'HEAD' : 'main');
    await git.write({ [path]: fileOf(Math.floor(random() * 40)) });
    await git.commit();
  } else if (dice < 0.65) {
    count('syncs');
    const options = { force: random() < 0.4, full_reindex: random() < 0.2, incremental: random() < 0.8 };
    const there = (await git.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')).split('\n');
    await attempt(() => lab.service.api.sync(id, { ...options, branches: random() < 0.5 ? there : ['main'] }));
    await sleep(random() * 400);
  } else if (dice < 0.72) {
    count('cancels');
    const active = await attempt(() => lab.service.api.repository(id));
    if (active?.active_job_id != null) {
      const { active_job_id } = active;
      await attempt(() => lab.service.api.call('POST', `/api/jobs/${active_job_id}/cancel`));
    }
  } else if (dice < 0.8) {
    count('slow remotes');
    lab.remote.delayMs = random() < 0.5 ? 0 : Math.floor(random() * 1_500);
  } else if (dice < 0.9) {
    count('kills');
    await sleep(random() * 600);
    await lab.service.kill();
    lab.service = await lab.start();
  } else {
    count('stops');
    lab.service.child.kill('SIGSTOP');
    await sleep(500 + random() * 1_500);
    lab.service.child.kill('SIGCONT');
  }
  await look(lab, chosen(random, ids), chosen(random, branches));
};

/** What is asked of a service that may be going down has no answer now and then. */
const attempt = <T>(call: () => Promise<T>): Promise<T | null> => call().catch(() => null);

/** Every hit is of the commit that the answer names. */
const look = async ({ service, git, random, say, count }: Lab, id: string, branch: string): Promise<void> => {
  const reply = await service.api.search(id, { q: words(Math.floor(random() * 40)), branch, limit: '100' });
  if (reply.status === 404) return;
  if (reply.status !== 200) return say(`a search of ${branch} in ${id} ended with ${reply.status}`);
  count('looks');
  const { results, indexed_commit } = reply.body;
  for (const { path, snippet } of results) {
    const content = await attempt(() => git.git('show', `${indexed_commit}:${path}`));
    if (content === null || !content.includes(snippet.trim()))
      say(`a search of ${branch} in ${id} shows ${path} at ${indexed_commit}: ${snippet}`);
  }
};

/** Everything ends; then two syncs bring each branch to its head, and nothing is left over. */
const judgeRest = async (lab: Lab): Promise<void> => {
  const { git, say, service } = lab;
  lab.remote.delayMs = 0;
  const there = (await git.git('for-each-ref', '--format=%(refname:short)', 'refs/heads')).split('\n');
  for (const id of ids) {
    const until = Date.now() + 300_000;
    while ((await service.api.repository(id)).active_job_id !== null) {
      if (Date.now() > until) return say(`${id} is still busy after five minutes`);
      await sleep(200);
    }
    for (let round = 0; round < 2; round++) {
      const job: JobAnswer = await service.api.synced(id, { branches: there });
      if (job.status !== 'completed')
        say(`a sync of ${id} with nothing in its way is ${job.status}: ${job.error?.message}`);
    }
    for (const branch of there) await judgeBranch(lab, id, branch);
    await judgeObjects(lab, id, there.length);
  }
  const code = await service.terminate();
  if (code !== 0) say(`the service ended with ${code}`);
  const left = await readdir(lab.temporary);
  if (left.length > 0) say(`temporary files are left: ${left.join(', ')}`);
  const processes = await processesOf(lab.temporary);
  if (processes.length > 0) say(`processes are left: ${processes.join(', ')}`);
};

const judgeBranch = async ({ git, service, say }: Lab, id: string, branch: string): Promise<void> => {
  const commit = await git.head(branch);
  const paths = (await git.git('ls-tree', '-r', '--name-only', branch)).split('\n');
  for (const path of paths) {
    const word = /zebra\d+word/.exec(await git.git('show', `${branch}:${path}`))?.[0] ?? '';
    const { body } = await service.api.search(id, { q: word, branch, limit: '100' });
    if (body.indexed_commit !== commit) say(`${branch} of ${id} is at ${body.indexed_commit} in place of ${commit}`);
    if (!body.results.some((hit) => hit.path === path && hit.snippet.includes(word)))
      say(`${path} of ${branch} is not found in ${id}`);
    for (const hit of body.results) if (!paths.includes(hit.path)) say(`${hit.path} is found in ${branch} of ${id}`);
  }
};

/** No more manifests than branches, and nothing of jobs that have ended. */
const judgeObjects = async ({ dataDir, say }: Lab, id: string, branchCount: number): Promise<void> => {
  const root = join(dataDir, 'objects', 'repositories', id);
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const under = (folder: string): number =>
    files.filter(({ parentPath }) => parentPath.startsWith(join(root, folder))).length;
  if (under('jobs') > 0) say(`objects of jobs that have ended are left of ${id}`);
  if (under('garbage') > 0) say(`lists of blobs that are removed are left of ${id}`);
  if (under('manifests') > branchCount)
    say(`${under('manifests')} manifests of ${branchCount} branches are left of ${id}`);
};

/** Processes that were started with this directory for temporary files. */
const processesOf = async (temporary: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (environment.includes(`TMPDIR=${temporary}`)) found.push(pid);
  }
  return found;
};
