import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshSeed } from './campaign.ts';
import { realCampaign } from './real/real-campaign.ts';
import { RealService } from './real/real-service.ts';

/** Histories that npm test has the time for. */
const histories = 2;

describe('random histories of the service as its user starts it', () => {
  it('keep every promise, whatever is done to its processes, its disks and its remote', {
    timeout: 900_000,
  }, async () => {
    const seed = freshSeed(histories);
    process.stdout.write(`${histories} real histories of seed ${seed}\n`);
    const { counts, failures } = await realCampaign({ histories, operations: 8, parallel: 2, goOn: true, seed });
    const done = [...counts].sort().map(([what, count]) => `${what} ${count}`);
    process.stdout.write(`${histories} real histories of seed ${seed}: ${done.join(', ')}\n`);
    const again = `npm run test:faults -- --real --seed ${failures[0]?.seed} --histories 1 --operations 8`;
    expect(
      failures.flatMap(({ played }) => played.violations),
      `${again}\n${failures[0]?.played.course.join('\n')}`,
    ).toEqual([]);
  });

  it('are played on a service that a signal to the whole campaign does not end', { timeout: 60_000 }, async () => {
    const service = new RealService(await mkdtemp(join(tmpdir(), 'real-group-')), {});
    try {
      await service.prepare();
      await service.start(['ada']);
      const { pid } = service.running.child;
      // After the name in brackets: state, parent, process group.
      const [, , group] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
      expect(Number(group)).toBe(pid);
    } finally {
      await service.remove();
    }
  });
});
