import { beforeEach, describe, expect, it } from 'vitest';
import { createVersions } from '../../../adapters/system/versions.ts';
import { checkHealth } from '../../../core/upkeep/check-health.ts';

let now: number;
let asked: number;
let logged: string[];
const ticks: (() => void)[] = [];
const stores = {
  repositories: async (): Promise<unknown> => null,
  objects: async (): Promise<unknown> => false,
  index: async (): Promise<unknown> => ({ kind: 'absent' }),
};
let behave: typeof stores;

beforeEach(() => {
  now = 0;
  asked = 0;
  logged = [];
  ticks.length = 0;
  behave = { ...stores };
});

const counted = <T>(probe: () => Promise<T>): Promise<T> => {
  asked += 1;
  return probe();
};

const health = () =>
  checkHealth({
    repositories: { get: () => counted(behave.repositories) } as never,
    objects: { exists: () => counted(behave.objects) } as never,
    index: { inspect: () => counted(behave.index) } as never,
    versions: createVersions(async () => '2.39.5'),
    clock: {
      now: () => new Date(now),
      every: (_milliseconds: number, tick: () => void) => {
        ticks.push(tick);
        return () => undefined;
      },
    },
    logger: { error: (_message: string, facts: { error: string }) => logged.push(facts.error) } as never,
  });

const well = { status: 'ok', milliseconds: 0, reason: null };

describe('the health of the service', () => {
  it('is ok where all stores answer, with the versions that run', async () => {
    const { versions, ...rest } = await health()();
    expect(rest).toEqual({ status: 'ok', checks: { database: well, objects: well, index: well } });
    expect(versions).toMatchObject({ node: process.versions.node, git: '2.39.5' });
    expect(versions.service).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each(['repositories', 'objects', 'index'] as const)(
    'fails where %s gives an error: which, is in the log and not in the answer',
    async (store) => {
      behave[store] = async () => {
        throw new Error('secret place /srv/x');
      };
      const answer = await health()();
      expect(answer.status).toBe('failing');
      const checks = Object.values(answer.checks).filter(({ status }) => status === 'failing');
      expect(checks).toEqual([
        { status: 'failing', milliseconds: 0, reason: 'it answered with an error, which is in the log' },
      ]);
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(logged).toEqual(['Error: secret place /srv/x']);
    },
  );

  it('fails where a store does not answer, in bounded time', async () => {
    behave.index = () => new Promise(() => undefined);
    const answer = health()();
    await Promise.resolve();
    now = 2000;
    for (const tick of ticks) tick();
    expect((await answer).checks.index).toEqual({
      status: 'failing',
      milliseconds: 2000,
      reason: 'no answer in 2 s',
    });
  });

  it('asks the stores once a second, however many ask', async () => {
    const check = health();
    await Promise.all(Array.from({ length: 50 }, check));
    expect(asked).toBe(3);
    now = 999;
    await check();
    expect(asked).toBe(3);
    now = 1000;
    await check();
    expect(asked).toBe(6);
  });

  it('asks again when the clock was put back', async () => {
    now = 100_000;
    const check = health();
    await check();
    now = 5000;
    await check();
    expect(asked).toBe(6);
  });
});

it('a git that does not answer has no version', async () => {
  expect((await createVersions().read()).git).toBeNull();
});
