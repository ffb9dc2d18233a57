import { describe, expect, it } from 'vitest';
import { explore, told } from './model/explore.ts';
import { dropGuard } from './model/guards.ts';
import { tasks } from './model/scenarios.ts';

/** A minute each where the machine has other things to do. */
const timeout = 300_000;

describe('every way through', () => {
  it.each(tasks.map(({ scenario, quick }) => ({ name: scenario.name, scenario, quick })))(
    '$name keeps what always holds',
    { timeout },
    async ({ scenario, quick }) => {
      const { violation, states, exhaustive, ends } = await explore(scenario, quick);
      expect(violation && { what: violation.what, by: told(violation.choices) }).toBeNull();
      expect(exhaustive || states >= (quick.states ?? Number.POSITIVE_INFINITY)).toBe(true);
      expect(ends).toBeGreaterThan(0);
    },
  );
});

describe('a guard that is left out is missed:', () => {
  const caught = async (guard: string): Promise<string> => {
    for (const { scenario, quick } of tasks) {
      const { violation } = await explore(scenario, quick, dropGuard(guard));
      if (violation !== null) return scenario.name;
    }
    return 'nowhere';
  };
  it.each(['Update sync-jobs/JOB (phase phase_done started_at status updated_at): status = ?'])(
    '%s',
    { timeout },
    async (guard) => {
      expect(await caught(guard)).not.toBe('nowhere');
    },
  );
});
