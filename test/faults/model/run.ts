/**
 * `npm run test:model`: takes every way through each scenario that its bounds allow. `--quick`: the bounds of `npm test`. `--mutations`: leaves out
 * each guard of a write in turn, and says which scenario finds it out; `--sources`: those of the code (source-guards.ts).
 */
import { commandLine } from '../../../adapters/system/command-line.ts';
import { told } from './explore.ts';
import { type ExploredTask, exploreAll, mutateAll } from './find-guards.ts';
import { disagreement } from './guard-list.ts';
import { sourceDisagreement } from './source-guards.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = commandLine({
  usage: `npm run test:model [-- [--quick] [--mutations | --sources]]

Takes every way through each scenario that its bounds allow.

  --quick      the bounds of npm test
  --mutations  and again without each guard of a write in turn: says which scenario finds it out
  --sources    and without those of the code too`,
  options: {
    quick: { type: 'boolean', default: false },
    mutations: { type: 'boolean', default: false },
    sources: { type: 'boolean', default: false },
  },
});
const bounds = values.quick ? 'quick' : 'whole';

const tell = ({ scenario, explored, seconds, ...task }: ExploredTask): void => {
  const { states, ends, exhaustive, complete, violation } = explored;
  const { switches, kills } = task[bounds];
  const reach = exhaustive
    ? `all ways with at most ${switches} switches and ${kills} deaths`
    : complete < 0
      ? 'cut: not yet all ways without a switch'
      : `cut: all ways with at most ${complete} switches or deaths, and some with more`;
  say(`${scenario.name}: ${states} states, ${ends} ends, ${reach}, ${seconds.toFixed(1)} s`);
  if (violation !== null) say(`  BROKEN: ${violation.what.join('\n          ')}\n  by: ${told(violation.choices)}`);
};

const from = performance.now();
const { refusals, explored } = await exploreAll(bounds, 1, tell);
let well = explored.every((each) => each.explored.violation === null);
const sum = (count: (each: ExploredTask) => number): number => explored.reduce((all, each) => all + count(each), 0);
say(
  `${sum((each) => each.explored.states)} states and ${sum((each) => each.explored.ends)} ends in ${explored.length} scenarios, ${sum((each) => (each.explored.exhaustive ? 1 : 0))} of them to their bounds: ${well ? 'no invariant broken' : 'NOT ALL WELL'}; ${refusals.asked.size} guards met; ${((performance.now() - from) / 1000).toFixed(0)} s`,
);
if (values.mutations || values.sources) {
  const found = await mutateAll(refusals, values.sources, (guard, caught, seconds) => {
    if (caught === null) return say(`nothing broken without ${guard}, ${seconds.toFixed(1)} s`);
    const together = caught.together.length === 0 ? '' : `, left out with ${caught.together.join(' and ')}`;
    say(`caught in ${seconds.toFixed(1)} s: ${guard}${together}\n  by “${caught.scenario}”: ${caught.violation}`);
  });
  const all = [...found.values()];
  const alone = all.filter((caught) => caught?.together.length === 0).length;
  const missed = all.filter((caught) => caught === null).length;
  const wrong = values.sources ? sourceDisagreement(found) : disagreement(found);
  for (const line of wrong) say(`LISTED OTHERWISE: ${line}`);
  say(
    `${all.length} guards: ${alone} caught alone, ${all.length - alone - missed} with those that cover them, ${missed} without which nothing was broken; ${((performance.now() - from) / 1000).toFixed(0)} s in all`,
  );
  well &&= wrong.length === 0;
}
process.exit(well ? 0 : 1);
