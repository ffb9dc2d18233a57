/**
 * `npm run test:model`: takes every way through each scenario that its bounds allow. `--quick`: the bounds of `npm test`. `--mutations`: leaves out
 * each guard of the product's writes in turn, and says which scenario finds it out.
 */
import { parseArgs } from 'node:util';
import { explore, told } from './explore.ts';
import { dropGuard, noteGuards } from './guards.ts';
import { tasks } from './scenarios.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`;

const exploreAll = async (bounds: 'quick' | 'whole', guards: Set<string>): Promise<boolean> => {
  let states = 0;
  let well = true;
  for (const { scenario, ...task } of tasks) {
    const from = performance.now();
    const { switches, kills } = task[bounds];
    const found = await explore(scenario, task[bounds], noteGuards(guards));
    states += found.states;
    well &&= found.violation === null;
    say(
      `${scenario.name}: ${found.states} states${found.exhaustive ? '' : ' and there are more'}, ${found.ends} ends, at most ${switches} switches and ${kills} deaths, ${seconds(from)}`,
    );
    if (found.violation !== null)
      say(`  BROKEN: ${found.violation.what.join('\n          ')}\n  by: ${told(found.violation.choices)}`);
  }
  say(
    `${states} states in ${tasks.length} scenarios, ${well ? 'no invariant broken' : 'NOT ALL WELL'}; ${guards.size} guards met`,
  );
  return well;
};

/** States of one scenario that are looked at without a guard: most that are missed are missed early. */
const MUTATED_STATES = 2000;

const mutate = async (guard: string): Promise<boolean> => {
  const from = performance.now();
  for (const { scenario, whole } of tasks) {
    const { violation } = await explore(scenario, { ...whole, states: MUTATED_STATES }, dropGuard(guard));
    if (violation === null) continue;
    say(`caught in ${seconds(from)} by “${scenario.name}”: ${guard}\n  ${violation.what[0]}`);
    return true;
  }
  say(`NOT CAUGHT in ${seconds(from)}: ${guard}`);
  return false;
};

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, mutations: { type: 'boolean', default: false } },
});
const guards = new Set<string>();
const whole = await exploreAll(values.quick || values.mutations ? 'quick' : 'whole', guards);
let caught = 0;
if (values.mutations) {
  for (const guard of [...guards].sort()) if (await mutate(guard)) caught += 1;
  say(`${caught} of ${guards.size} guards are missed when they are gone`);
}
process.exit(whole ? 0 : 1);
