import { describe, expect, it } from 'vitest';
import { freshSeed } from './campaign.ts';
import { realCampaign } from './real/real-campaign.ts';

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
});
