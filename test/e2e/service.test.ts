import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import { createLargeRepository } from '../support/large-repository.ts';
import { startService } from '../support/service-process.ts';
import { useService } from '../support/use-service.ts';

/** Enough that a sync goes on while a hundred requests are answered on a busy machine. */
const FILES = 5000;

const service = useService(() => createLargeRepository(FILES), { LOG_LEVEL: 'info' });

describe('sync with large repository: concurrent sync attempts', () => {
  let jobId: string;
  const looks: JobAnswer[] = [];
  let watched: Promise<JobAnswer>;
  let log = '';

  it('on an idle repository: of 100 exactly one is accepted', async () => {
    service.process.child.stderr?.on('data', (part) => {
      log += part;
    });
    await service.api.register('large', service.git.path);
    const replies = await Promise.all(Array.from({ length: 100 }, () => service.api.sync<{ job_id: string }>('large')));
    const accepted = replies.filter((reply) => reply.status === 202);
    expect(accepted).toHaveLength(1);
    expect(replies.filter((reply) => reply.status === 409)).toHaveLength(99);
    jobId = accepted[0]?.body.job_id ?? '';
    expect(new Set(replies.map((reply) => reply.body.job_id))).toEqual(new Set([jobId]));
    watched = service.api.ended(jobId, (look) => looks.push(look));
  });

  it('while it runs: each of 100 is told which job runs and how far it is', async () => {
    await service.untilDone(jobId, 200);
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => service.api.sync<Record<string, unknown> & JobAnswer>('large')),
    );
    for (const { status, headers, body } of replies) {
      expect(status).toBe(409);
      expect(body).toMatchObject({
        error: 'Sync already in progress',
        message: 'Sync already in progress',
        job_id: jobId,
        job_status: 'running',
      });
      expect(body.progress.files_total).toBe(FILES);
      expect(body.progress.percentage).toBeGreaterThan(0);
      expect(headers.get('location')).toBe(`/api/jobs/${jobId}`);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await service.api.repository('large')).toMatchObject({ status: 'syncing', active_job_id: jobId });
  });

  it('sync progress tracking: it goes on all the while, and never back', async () => {
    expect(await watched).toMatchObject({ status: 'completed', counts: { indexed: FILES, failed: 0 } });
    const running = looks.filter((look) => look.status === 'running');
    const percentages = looks.map((look) => look.progress.percentage);
    expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
    const processed = looks.map((look) => look.progress.files_processed);
    expect(processed).toEqual([...processed].sort((a, b) => a - b));
    expect(new Set(running.map((look) => look.progress.current_file)).size).toBeGreaterThan(1);
    const beats = running.map((look) => Date.parse(look.updated_at));
    const gaps = beats.slice(1).map((beat, i) => beat - (beats[i] ?? 0));
    // The promise is one second on an idle machine (bench/); here others compete for the processor.
    expect(Math.max(...gaps)).toBeLessThan(3000);
  });

  it('embeds while it still reads', () => {
    const begun = log.split('\n').find((line) => line.includes('batches begun while others were read'));
    expect(JSON.parse(begun ?? '{}').batches).toBeGreaterThan(0);
  });
});

/** Files of rows that are still to come into a table of the index. */
const journals = async (): Promise<string[]> => {
  const names = await readdir(join(service.dataDir, 'index'), { recursive: true });
  return names.filter((name) => name.endsWith('rows.journal'));
};

describe('background task execution: kill -9 in the middle of a sync', () => {
  it('leaves the old index answering; after a restart the job goes on where it was and ends', async () => {
    await service.git.write({ 'src/marker.ts': 'export const marker = "pangolin";\n' });
    await service.git.commit('marker');
    const reply = await service.api.sync('large', { full_reindex: true });
    expect(reply.status).toBe(202);
    const jobId = reply.body.job_id;
    const reached = await service.untilDone(jobId, 600);
    // Rows that were put are in a file by then, and not all in the index's table.
    await expect.poll(journals, { timeout: 20_000, interval: 10 }).toHaveLength(1);
    await service.process.kill();
    expect(await journals()).toHaveLength(1);

    await service.startAgain();
    const resumed = await service.api.job(jobId);
    expect(resumed).toMatchObject({ status: 'running', attempt: 2 });
    expect(resumed.progress.files_processed).toBeGreaterThanOrEqual(256);
    const old = await service.api.search('large', { q: 'step3OfModule77' });
    expect(old.body.results[0]?.path).toBe('src/part-37/module-77.ts');
    expect(await service.api.found('large', 'pangolin')).not.toContain('src/marker.ts');

    const job = await service.api.ended(jobId);
    expect(job).toMatchObject({ status: 'completed', mode: 'full', counts: { indexed: FILES + 1, failed: 0 } });
    expect(reached.progress.files_processed).toBeLessThan(FILES + 1);
    expect((await service.api.found('large', 'pangolin'))[0]).toBe('src/marker.ts');
    expect(await journals()).toEqual([]);
    for (let n = 0; n < FILES; n += 97)
      expect((await service.api.found('large', `step3OfModule${n}`))[0]).toBe(`src/part-${n % 40}/module-${n}.ts`);
    expect(await service.api.repository('large')).toMatchObject({ status: 'idle', active_job_id: null });
    expect(await service.api.synced('large')).toMatchObject({ status: 'completed', progress: { files_total: 0 } });
    // Two thirds of a full index, a restart and a small sync: more than 30 s where others compete for the processor.
  }, 90_000);
});

describe('the service as a process', () => {
  it('keeps its token where only its owner reads it', async () => {
    const file = join(service.dataDir, 'token');
    expect((await readFile(file, 'utf8')).trim()).toBe(service.process.token);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('refuses a second server on its data directory, and says what to do', async () => {
    await expect(startService(service.dataDir)).rejects.toThrow(/DATA_DIR/);
  });

  it('ends cleanly on SIGTERM', async () => {
    expect(await service.process.terminate()).toBe(0);
    await service.startAgain();
  });
});
