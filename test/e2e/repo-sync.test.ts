import { describe, expect, it } from 'vitest';
import type { Job } from '../../client/src/client.ts';
import { createGate, failEmbedding, holdEmbedding } from '../support/faults.ts';
import { useRepoSync } from '../support/use-repo-sync.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const cli = useRepoSync(world);
const { run, json } = cli;

describe('from a folder to a hit', () => {
  it('registers, syncs, says what it did, and searches', async () => {
    const git = await world.makeRepository({ 'src/a.ts': 'export const a = "numbat";\n', 'logo.bin': 'a\0b' });
    const added = await run(['add', git.path, '--id', 'demo', '--ignore', '*.log', '--ignore', '*.tmp']);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toMatch(/demo is registered[\s\S]*webhook secret {2}whsec_/);
    expect(await json(['status', 'demo'])).toMatchObject({
      ignore_patterns: ['*.log', '*.tmp'],
      health: 'never_indexed',
    });
    const synced = await run(['sync', 'demo', '--wait']);
    expect(synced.code).toBe(0);
    expect(synced.out).toMatch(/Sync completed in [\s\S]*indexed {2}1 file/);
    expect(synced.err).toContain('done');
    expect((await run(['search', 'demo', 'numbat'])).out).toContain('src/a.ts:1-1  export const a');
    expect(await json(['search', 'demo', 'numbat', '--limit', '1'])).toMatchObject({ results: [{ path: 'src/a.ts' }] });
    expect((await run(['search', '--all', 'numbat'])).out).toContain('demo:src/a.ts:1-1  export const a');
    expect((await run(['search', '--repositories', 'other-*', 'numbat'])).out).toContain(
      'in 0 repositories\n  no hits',
    );
    expect(await json(['search', '--all', '--group', 'numbat'])).toMatchObject({ hits: [{ repository_id: 'demo' }] });
    for (const args of [
      ['demo'],
      [],
      ['--all'],
      ['--all', '--repositories', 'demo', 'numbat'],
      ['demo', 'numbat', '--group'],
    ])
      expect((await run(['search', ...args])).code, args.join(' ')).toBe(2);
    expect((await run(['files', 'demo', '--skipped'])).out).toMatch(/skipped +binary +logo\.bin/);
    expect((await run(['files', 'demo', '--failed'])).out).toContain('names no such file');
    expect((await run(['status'])).out).toMatch(/demo +ok +idle/);
    expect((await run(['status', 'demo'])).out).toMatch(/source +\S+[\s\S]*BRANCH +COMMIT[\s\S]*main/);
    expect((await run(['branches', 'demo'])).out).toMatch(/\* +main/);
    expect((await run(['jobs', 'demo'])).out).toMatch(/sync-\S+ +completed/);
    expect((await run(['job', 'demo'])).out).toContain('Sync completed');
    expect((await run(['watch', 'demo'])).out).toContain('Sync completed');
    expect(await json(['sync', 'demo', '--wait'])).toMatchObject({ status: 'completed', mode: 'incremental' });
  });

  it('says which branch is the default one, or why none is', async () => {
    const git = await world.registered('headless', { a: '1\n' });
    await git.git('checkout', '--quiet', '--detach');
    const said = async () => /^ +default branch +(.*)/m.exec((await run(['status', 'headless'])).out)?.[1];
    expect(await said()).toBe('not known before the first sync');
    expect((await run(['sync', 'headless', '--branch', 'main', '--wait'])).code).toBe(0);
    expect(await said()).toBe('none: the source’s HEAD names no branch that is there');
    const health = async () => /^ +health +(.*)/m.exec((await run(['status', 'headless'])).out)?.[1];
    expect(await health()).toBe('incomplete: default branch not indexed');
    await git.switch('main');
    await run(['sync', 'headless', '--wait']);
    expect(await said()).toBe('main');
    expect(await health()).toBe('ok');
    await world.api.call('PATCH', '/api/repositories/headless', { default_branch: 'next' });
    expect(await health()).toBe('incomplete: default branch not indexed');
    expect((await run(['status'])).out).toMatch(/headless +incomplete +idle/);
    expect((await run(['search', 'headless', '1'])).code).toBe(4);
    await world.api.call('PATCH', '/api/repositories/headless', { default_branch: null });
  });

  it('finds lines, shows texts and lists trees at the indexed commit', async () => {
    const line = 'export const a = "numbat";';
    const lined = await world.registered('lines', {
      'src/a.ts': `${line}\n`,
      'src/deep/b.ts': '// Numbat\n// numbats\n',
      'README.md': 'A numbat.\n',
      'logo.bin': new Uint8Array([0, 1]),
    });
    await run(['sync', 'lines', '--wait']);
    const lines = async (...args: string[]) => (await run(['grep', 'lines', ...args])).out.trimEnd().split('\n');
    expect(await lines('numbat')).toEqual([
      'README.md:1:A numbat.',
      `src/a.ts:1:${line}`,
      'src/deep/b.ts:2:// numbats',
    ]);
    expect(await lines('numbat', '-i', '-w')).toEqual([
      'README.md:1:A numbat.',
      `src/a.ts:1:${line}`,
      'src/deep/b.ts:1:// Numbat',
    ]);
    expect(await lines('-E', '^// .umbats?$', '--path', 'src/')).toEqual([
      'src/deep/b.ts:1:// Numbat',
      'src/deep/b.ts:2:// numbats',
    ]);
    expect(await lines('numbat', '--language', 'markdown')).toEqual(['README.md:1:A numbat.']);
    for (const where of [['lines'], ['--all']])
      expect(await run(['grep', ...where, 'numbat', '--language', 'klingon'])).toMatchObject({
        err: expect.stringMatching(/^no language is called klingon.*typescript.*\n$/),
      });
    expect((await run(['search', 'lines', 'numbat', '--language', 'klingon'])).out).toContain(
      'no language is called klingon',
    );
    const { out, err } = await run(['grep', 'lines', 'numbat', '--limit', '1']);
    expect([out, err]).toEqual(['README.md:1:A numbat.\n', 'The first 1; --limit shows more.\n']);
    expect(JSON.parse((await run(['grep', 'lines', 'numbat', '--limit', '2', '--json'])).out)).toMatchObject({
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      matches: [{ path: 'README.md' }, { path: 'src/a.ts' }],
      truncated: true,
    });
    expect((await lines('wombat'))[0]).toMatch(/^No line matches in commit [0-9a-f]{10}$/);
    expect(await run(['grep', 'lines', '(', '-E'])).toMatchObject({ code: 2, out: '' });

    await lined.write({ 'tabs.go': 'func tapir() {\n\treturn\ttapir \u001b[31m\r\n}\nfunc\tokapi() {}\n' });
    await lined.commit('tabs');
    await run(['sync', 'lines', '--wait']);
    expect(await lines('tapir')).toEqual(['tabs.go:1:func tapir() {', 'tabs.go:2:\treturn\ttapir ?[31m']);
    expect((await run(['outline', 'lines', 'tabs.go'])).out).toContain('4: function okapi: func\tokapi()');
    expect((await run(['search', 'lines', 'okapi'])).out).toMatch(/tabs\.go:\d+-\d+ {2}\S/);

    expect((await run(['cat', 'lines', 'src/a.ts'])).out).toBe(`${line}\n`);
    expect(await json(['cat', 'lines', 'src/a.ts'])).toMatchObject({ path: 'src/a.ts', lines: 1, branch: 'main' });
    expect((await run(['cat', 'lines', './src/a.ts'])).out).toBe(`${line}\n`);
    expect((await run(['outline', 'lines', './src/a.ts'])).code).toBe(0);
    for (const folder of ['./src', 'src', './/src/'])
      expect((await run(['tree', 'lines', folder])).out).toContain('src/a.ts');
    expect((await run(['tree', 'lines', '.'])).out).toBe((await run(['tree', 'lines'])).out);
    expect(await run(['cat', 'lines', 'src/none.ts'])).toMatchObject({ code: 4, out: '' });

    expect((await run(['tree', 'lines'])).out).toBe('README.md\nlogo.bin  (not indexed: binary)\nsrc/\ntabs.go\n');
    expect((await run(['tree', 'lines', 'src'])).out).toBe('src/a.ts\nsrc/deep/\n');
    expect((await run(['tree', 'lines', '--glob', '*.ts'])).out).toBe('src/a.ts\nsrc/deep/b.ts\n');
    expect((await run(['tree', 'lines', '--glob', '*.zig'])).out).toBe('nothing there\n');
    expect(await json(['tree', 'lines', 'src/deep'])).toMatchObject({
      branch: 'main',
      entries: [{ path: 'src/deep/b.ts', type: 'file', language: 'typescript' }],
    });
  });

  it('imports many, and says which could not be', async () => {
    const one = await world.makeRepository({ 'a.ts': '1;\n' });
    const two = await world.makeRepository({ 'b.ts': '2;\n' });
    const input = `# mine\n\nimported ${one.path}\n${two.path}\nwrong ssh://host/x\ndemo ${two.path}\n`;
    const { code, out } = await run(['import', '-'], { input });
    expect(code).toBe(2);
    expect(out).toMatch(/imported +\S+ +registered/);
    expect(out).toMatch(/wrong +ssh:\/\/host\/x +source\.url/);
    expect(out).toMatch(/demo +\S+ +.*(exists|registered already|taken)/);
    const spaced = 'https://git.example.com/with a blank.git';
    const { out: blanks } = await run(['import', '-', '--json'], {
      input: `${spaced}\nblank \t /nowhere/with a blank\n`,
    });
    expect(JSON.parse(blanks).results.map(({ source }: { source: string }) => source)).toEqual([
      spaced,
      '/nowhere/with a blank',
    ]);
    expect((await run(['import', 'nowhere.txt'])).err).toMatch(/nowhere\.txt cannot be read: ENOENT/);
    expect((await run(['import', '-'], { input: '# nothing\n' })).code).toBe(2);
  });
});

describe('while a sync runs', () => {
  const held = async () => {
    const gate = holdEmbedding(world.faults);
    const { job_id } = await json<Job>(['sync', 'demo', '--full']);
    await gate.reached;
    return { gate, job_id };
  };

  it('a second one is a conflict, told with its job; --wait joins it', async () => {
    const { gate, job_id } = await held();
    const second = await run(['sync', 'demo']);
    expect(second).toMatchObject({ code: 3, out: '' });
    expect(second.err).toContain(`repo-sync watch ${job_id}`);
    const told = await run(['sync', 'demo', '--json']);
    expect(JSON.parse(told.err)).toMatchObject({ error: { status: 409, job_id }, exit_code: 3 });
    expect((await run(['jobs', 'demo', '--limit', '1'])).out).toMatch(/embed \d+%/);
    const joined = run(['sync', 'demo', '--wait']);
    gate.open();
    const { code, err } = await joined;
    expect(code).toBe(0);
    expect(err).toContain(`${job_id} runs already`);
  });

  it('--wait does not take a plan for a sync: it begins one after the plan', async () => {
    const gate = createGate();
    world.faults.set('chunker', (real) => ({
      chunk: async (...call) => {
        await gate.wait();
        return real.chunk(...call);
      },
    }));
    const plan = await json<Job>(['sync', 'demo', '--full', '--dry-run']);
    await gate.reached;
    expect((await run(['jobs', 'demo', '--limit', '1'])).out).toContain('(plan)');
    const waiting = json<Job>(['sync', 'demo', '--wait']);
    world.faults.clear();
    gate.open();
    const job = await waiting;
    expect(job).toMatchObject({ status: 'completed' });
    expect(job.job_id).not.toBe(plan.job_id);
    expect(job.options.dry_run).toBeUndefined();
    expect((await run(['jobs', 'demo', '--limit', '2'])).out).toContain('completed (plan)');
  });

  it('with a limit says the plan of what it refuses, and that the limit is kept', async () => {
    await world.registered('limits', { 'a.ts': 'export const a = 1;\n', 'b.ts': 'export const b = 1;\n' });
    const refused = await run(['sync', 'limits', '--max-files', '1']);
    expect([refused.code, refused.out]).toEqual([8, '']);
    expect(refused.err).toContain(
      '2 files would be read, and max_files is 1: nothing was changed\n  2 files changed: 2 added',
    );
    const asJson = await run(['sync', 'limits', '--max-files', '1', '--wait', '--json']);
    expect([asJson.code, JSON.parse(asJson.err)]).toMatchObject([
      8,
      { exit_code: 8, error: { plan: { files_to_read: 2 } } },
    ]);
    const gate = holdEmbedding(world.faults);
    const kept = await run(['sync', 'limits', '--max-files', '2']);
    expect([kept.code, kept.out]).toEqual([
      0,
      expect.stringContaining('keeps its limits (2 files to read) and goes on'),
    ]);
    const [{ job_id: failed } = { job_id: '' }] = (await json<{ jobs: Job[] }>(['jobs', 'limits'])).jobs.filter(
      ({ status }) => status === 'failed',
    );
    gate.open();
    const watched = await run(['watch', failed]);
    expect([watched.code, watched.out]).toEqual([8, expect.stringContaining('  read     2 files')]);
    await run(['watch', 'limits']);
    const nothing = await run(['sync', 'limits', '--max-files', '0']);
    expect([nothing.code, nothing.out]).toEqual([0, expect.stringContaining('nothing to do')]);
  }, 60_000);

  it('watch --json tells each state in a line', async () => {
    const { gate, job_id } = await held();
    const lines: { type: string; job: Job }[] = [];
    const { code } = await run(['watch', job_id, '--json'], {
      onOut: (text) => {
        lines.push(
          ...text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        );
        gate.open();
      },
    });
    expect(code).toBe(0);
    expect([lines[0]?.type, lines.at(-1)?.type]).toEqual(['progress', 'completed']);
  });

  it('Ctrl-C ends the watching, not the sync, and says so', async () => {
    const { gate, job_id } = await held();
    for (const args of [
      ['watch', 'demo'],
      ['watch', 'demo', '--json'],
      ['sync', 'demo', '--wait', '--json'],
    ]) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 300);
      const { code, err } = await run(args, { stop: stop.signal });
      expect(code).toBe(130);
      expect(err).toContain(`repo-sync cancel ${job_id}`);
    }
    expect((await world.api.job(job_id)).status).toBe('running');
    const waiting = run(['sync', 'demo', '--on-conflict', 'queue', '--full', '--wait']);
    await expect.poll(async () => (await world.api.repository('demo')).queued_sync).not.toBeNull();
    expect((await run(['status', 'demo'])).out).toMatch(/waits +a full reindex of current, asked for by .+, sync-/);
    expect((await run(['status'])).out).toContain('syncing, 1 waits');
    const waits = (await world.api.repository('demo')).queued_sync?.job_id ?? '';
    expect((await run(['job', waits])).out).toBe(`queued: it begins when ${job_id} has ended\n`);
    expect(await run(['cancel', waits])).toMatchObject({
      code: 3,
      err: expect.stringContaining('queued-sync takes it back'),
    });
    const watch = new AbortController();
    setTimeout(() => watch.abort(), 1_500);
    expect((await run(['watch', waits], { stop: watch.signal })).err).toContain(`when ${job_id} has ended`);
    expect((await run(['cancel', 'demo', '--queued'])).out).toBe('what was queued at demo is taken back\n');
    expect(await waiting).toMatchObject({ code: 3, err: expect.stringContaining('does not begin: it was taken back') });
    expect((await run(['cancel', 'demo', '--queued'])).code).toBe(4);
    expect((await run(['cancel', 'demo'])).out).toBe(`${job_id} is cancelled\n`);
    gate.open();
    const again = await run(['cancel', job_id]);
    expect(again).toMatchObject({ code: 3, err: 'error: the job has ended: cancelled\n' });
    expect((await run(['watch', job_id])).code).toBe(1);
  });
});

it.each([
  ['status', ''],
  ['cat', 'demo', ''],
])('%s of nothing is refused as a slip', async (...slip) => {
  expect(await run(slip)).toMatchObject({ code: 2, err: expect.stringContaining('must not be empty') });
});

it('a relative path where nothing is, is refused before it is registered', async () => {
  const slips = {
    './nowhere': 'there is no folder /',
    'git@git.example.com:a/b.git': 'https://git.example.com/a/b.git',
  };
  for (const [slip, told] of Object.entries(slips))
    expect(await run(['add', slip])).toMatchObject({ code: 2, err: expect.stringContaining(told) });
});

describe('a sync that does not succeed', () => {
  it('ends with 1, and the bar says failed and why', async () => {
    const git = await world.makeRepository({ 'a.ts': '1;\n' });
    await run(['add', git.path, '--id', 'lost']);
    await git.cleanup();
    const { code, out, err } = await run(['sync', 'lost', '--wait']);
    expect(code).toBe(1);
    expect(out).toMatch(/Sync failed after/);
    expect(err).toMatch(/failed +\[.*test-/s);
    expect(err).not.toContain('done');
  });

  it('is tried again with retry, for what failed', async () => {
    const git = await world.registered('partly', { 'a.ts': 'const a = "good";\n', 'b.ts': 'const b = "rotten";\n' });
    failEmbedding(world.faults, 'rotten');
    const first = await run(['sync', 'partly', '--wait', '--branch', 'main']);
    expect([first.code, first.err.includes('done, with errors')]).toEqual([0, true]);
    expect((await run(['files', 'partly', '--failed'])).out).toMatch(/failed .* b\.ts/);
    world.faults.clear();
    expect((await run(['retry', 'partly', '--wait'])).out).toMatch(/indexed {2}1 file/);
    expect((await run(['retry', 'partly'])).code).toBe(3);
    expect(git.path).toBeTruthy();
  });
});

it('a repository whose id begins as a job’s is told from a job', async () => {
  const { path } = await world.makeRepository({ 'a.ts': 'export const a = 1;\n' });
  await run(['add', path, '--id', 'sync-demo']);
  const { out } = await run(['sync', 'sync-demo', '--json', '--wait']);
  const { job_id } = JSON.parse(out);
  for (const id of ['sync-demo', job_id]) {
    expect(await json(['job', id])).toMatchObject({ job_id, status: 'completed' });
    expect((await run(['watch', id])).code).toBe(0);
    expect(await json(['files', id])).toMatchObject({ job_id });
    expect((await run(['cancel', id])).code).toBe(3);
    expect((await run(['retry', id])).code).toBe(3);
  }
});
