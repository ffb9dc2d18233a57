import { describe, expect, it } from 'vitest';
import { createClient, ProblemError } from '../../client/src/client.ts';
import { holdEmbedding } from '../support/faults.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const client = () => createClient({ url: world.server.url, token: world.server.token });

describe('the client against the service', () => {
  it('registers, syncs, follows the job to its end, and searches', async () => {
    const git = await world.makeRepository({ 'a.ts': 'export const a = "quokka";\n' });
    const made = await client().call('create-repository', {
      body: { repository_id: 'made', source: { url: git.path } },
    });
    expect(made.secrets.webhook).toMatch(/^whsec_/);
    const gate = holdEmbedding(world.faults);
    const { job_id } = await client().sync('made');
    const types: string[] = [];
    for await (const { type, job } of client().follow(job_id)) {
      types.push(type);
      if (job.progress.phase === 'embed') gate.open();
    }
    expect(types.at(-1)).toBe('completed');
    expect((await client().ended(job_id)).counts?.indexed).toBe(1);
    const found = await client().call('search', { path: { repo_id: 'made' }, query: { q: 'quokka' } });
    expect(found.results.map(({ path }) => path)).toEqual(['a.ts']);
  });

  it('goes through pages, and stops where it is asked to', async () => {
    for (let i = 0; i < 3; i++) await client().ended((await client().sync('made')).job_id);
    const pages = client().pages('list-jobs', { path: { repo_id: 'made' }, query: { limit: 2 } });
    const sizes: number[] = [];
    for await (const { jobs } of pages) sizes.push(jobs.length);
    expect(sizes).toEqual([2, 2]);
    // Files and lines end their pages by another name.
    await world.registered('files', { 'a.txt': 'x\n', 'b.txt': 'x\n', 'c.txt': 'x\n' });
    await client().ended((await client().sync('files')).job_id);
    const names: string[][] = [];
    for await (const page of client().pages('list-files', { path: { repo_id: 'files' }, query: { limit: 2 } }))
      names.push(page.entries.map(({ path }) => path));
    expect(names).toEqual([['a.txt', 'b.txt'], ['c.txt']]);
    const lines: number[] = [];
    const grep = { path: { repo_id: 'files' }, query: { pattern: 'x', limit: 2 } };
    for await (const page of client().pages('grep', grep)) lines.push(page.matches.length);
    expect(lines).toEqual([2, 1]);
  });

  it('throws a problem with its members', async () => {
    const gate = holdEmbedding(world.faults);
    const { job_id } = await client().sync('made', { full_reindex: true });
    await gate.reached;
    const second = client().sync('made');
    await expect(second).rejects.toBeInstanceOf(ProblemError);
    await expect(second).rejects.toMatchObject({ status: 409, kind: 'sync-already-in-progress', problem: { job_id } });
    gate.open();
    await client().ended(job_id);
    await expect(client().call('get-job', { path: { job_id: 'x' } })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ field: 'path.job_id' }] },
    });
  });
});
