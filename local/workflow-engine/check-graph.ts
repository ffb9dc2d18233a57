import { own } from '../../core/domain/own.ts';
import type { Catcher, Definition, Retrier, State, StateGroup } from './definition.ts';
import { predefinedErrors } from './errors.ts';

/**
 * What a schema cannot see: targets that are missing, states that cannot be reached, End beside Next, error lists that
 * AWS would refuse, buckets that are not the one the engine has. One sentence a problem.
 *
 * @param bucket the bucket that the engine's object store stands for.
 */
export const checkGraph = (definition: Definition, bucket: string | undefined): string[] => {
  const names = new Set<string>();
  const problems: string[] = [];
  const visit = (group: StateGroup, where: string) => {
    problems.push(...checkTargets(group, where));
    for (const [name, state] of Object.entries(group.States)) {
      if (names.has(name)) problems.push(`state "${name}": the name is used twice`);
      names.add(name);
      problems.push(...checkState(state, bucket).map((problem) => `state "${name}", field ${problem}`));
      if (state.Type === 'Map') visit(state.ItemProcessor, `state "${name}", field ItemProcessor.StartAt`);
    }
  };
  visit(definition, 'top level, field StartAt');
  return problems;
};

const checkTargets = (group: StateGroup, startsWhere: string): string[] => {
  const problems: string[] = [];
  const reached = new Set<string>();
  const pending = [{ target: group.StartAt, where: startsWhere }];
  for (const { target, where } of pending) {
    const state = own(group.States, target);
    if (state === undefined) problems.push(`${where}: there is no state "${target}"`);
    if (state === undefined || reached.has(target)) continue;
    reached.add(target);
    for (const { field, next } of targets(state))
      pending.push({ target: next, where: `state "${target}", field ${field}` });
  }
  for (const name of Object.keys(group.States))
    if (!reached.has(name)) problems.push(`state "${name}": no other state leads here`);
  return problems;
};

const targets = (state: State): { field: string; next: string }[] => {
  switch (state.Type) {
    case 'Choice':
      return [
        ...state.Choices.map(({ Next }, at) => ({ field: `Choices.${at}.Next`, next: Next })),
        { field: 'Default', next: state.Default },
      ];
    case 'Task':
    case 'Map':
      return [
        ...state.Catch.map(({ Next }, at) => ({ field: `Catch.${at}.Next`, next: Next })),
        ...(state.Next === undefined ? [] : [{ field: 'Next', next: state.Next }]),
      ];
    case 'Succeed':
    case 'Fail':
      return [];
    default:
      return state satisfies never;
  }
};

const checkState = (state: State, bucket: string | undefined): string[] => {
  if (state.Type !== 'Task' && state.Type !== 'Map') return [];
  const problems = [
    ...checkErrorLists('Retry', state.Retry),
    ...checkErrorLists('Catch', state.Catch),
    ...state.Retry.flatMap(checkDelays),
  ];
  if ((state.Next === undefined) === (state.End === undefined)) problems.push('Next: give either Next or End');
  if (state.Type === 'Map')
    for (const field of ['ItemReader', 'ResultWriter'] as const)
      if (state[field].Arguments.Bucket !== bucket)
        problems.push(`${field}.Arguments.Bucket: the engine has one object store, that of the substitution Bucket`);
  return problems;
};

const checkDelays = ({ IntervalSeconds, MaxDelaySeconds }: Retrier, at: number): string[] =>
  MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds
    ? [`Retry.${at}.MaxDelaySeconds: must be larger than IntervalSeconds`]
    : [];

const checkErrorLists = (field: string, lists: readonly (Retrier | Catcher)[]): string[] =>
  lists.flatMap(({ ErrorEquals }, at) => {
    const problems = ErrorEquals.filter((name) => name.startsWith('States.') && !predefinedErrors.has(name)).map(
      (name) => `${field}.${at}.ErrorEquals: there is no error "${name}"`,
    );
    if (ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || at < lists.length - 1))
      problems.push(`${field}.${at}.ErrorEquals: States.ALL must be alone, and last`);
    return problems;
  });
