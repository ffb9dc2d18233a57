import { minimiseReal, type RealCampaign, realCampaign } from './real-campaign.ts';

/** `npm run test:faults -- --real`: the exit code. */
export const runReal = async (
  options: RealCampaign & { readonly verbose: boolean },
  print: (text: string) => void,
): Promise<number> => {
  const begun = performance.now();
  let isOver = false;
  // Those that are played come to their end: what they have started and mounted must not be left.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      isOver = true;
      print('no other history is begun');
    });
  const { seed, histories, counts, failures } = await realCampaign(options, print, () => isOver);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  print(`${histories} real histories of seed ${seed} in ${seconds} s`);
  print(
    `done and befallen: ${[...counts]
      .sort()
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}`,
  );
  if (failures.length === 0) {
    if ((counts.get('quiet syncs') ?? 0) === 0) {
      print('no sync came to its end: nothing was looked at');
      return 1;
    }
    print('violations: none');
    return 0;
  }
  for (const failure of failures) {
    print(`\nviolations in the history of seed ${failure.seed}:`);
    for (const violation of failure.played.violations) print(`  ${violation}`);
    print(JSON.stringify(failure.history));
    if (options.verbose) print(`\nwhat happened:\n${failure.played.course.join('\n')}`);
  }
  const [first] = failures;
  if (first !== undefined && !options.goOn) {
    const { history, played } = await minimiseReal(first.history, first.played);
    print(`\nthe one of seed ${first.seed}, made as small as some tries allow:\n${JSON.stringify(history)}`);
    for (const violation of played.violations) print(`  ${violation}`);
    const again = `npm run test:faults -- --real --seed ${first.seed} --histories 1 --operations ${options.operations}`;
    print(`\nagain, as far as real time allows: ${again}`);
  }
  return 1;
};
