import { checkGraph } from './check-graph.ts';
import type { MapState, State, StateGroup, TaskState } from './definition.ts';
import { WorkflowDefinitionError } from './errors.ts';
import { parseDefinition } from './parse-definition.ts';
import type { CatchStep, GuardedStep, Machine, Program, Step } from './program.ts';
import { compileTemplate, type Template } from './template.ts';

/**
 * Reads a definition and refuses, by WorkflowDefinitionError, whatever the engine does not run as Step Functions would:
 * each problem names state and field.
 */
export const loadProgram = (definition: unknown, substitutions: Readonly<Record<string, string>>): Program => {
  const parsed = parseDefinition(definition, substitutions);
  const problems = checkGraph(parsed, substitutions.Bucket);
  const machine = compileGroup(parsed, problems);
  if (problems.length > 0) throw new WorkflowDefinitionError(problems);
  return { timeoutMilliseconds: parsed.TimeoutSeconds * 1000, machine };
};

type Compile = (template: unknown, field: string, ...also: ('result' | 'errorOutput')[]) => Template;

const compileGroup = (group: StateGroup, problems: string[]): Machine => {
  const variables = assignedIn(group);
  const steps = new Map<string, Step>();
  for (const [name, state] of Object.entries(group.States)) {
    const compile: Compile = (template, field, ...also) => {
      try {
        return compileTemplate(template, field, { states: ['input', 'context', ...also], variables });
      } catch (error) {
        problems.push(`state "${name}", ${(error as Error).message}`);
        return async () => null;
      }
    };
    steps.set(name, compileState(name, state, compile, problems));
  }
  return { startAt: group.StartAt, steps };
};

const assignedIn = (group: StateGroup): ReadonlySet<string> => {
  const names = Object.values(group.States).flatMap((state) => {
    if (state.Type !== 'Task' && state.Type !== 'Map') return [];
    return [state, ...state.Catch].flatMap(({ Assign }) => Object.keys(Assign ?? {}));
  });
  return new Set(names);
};

const compileState = (name: string, state: State, compile: Compile, problems: string[]): Step => {
  switch (state.Type) {
    case 'Task':
      return {
        kind: 'task',
        ...compileGuards(name, state, compile),
        functionName: state.Arguments.FunctionName,
        payload: compile(state.Arguments.Payload, 'Arguments.Payload'),
        timeoutMilliseconds: state.TimeoutSeconds * 1000,
      };
    case 'Map':
      return {
        kind: 'map',
        ...compileGuards(name, state, compile),
        label: state.Label,
        itemsKey: compile(state.ItemReader.Arguments.Key, 'ItemReader.Arguments.Key'),
        maxItemsPerBatch: state.ItemBatcher.MaxItemsPerBatch,
        batchInput: compile(state.ItemBatcher.BatchInput, 'ItemBatcher.BatchInput'),
        maxConcurrency: compile(state.MaxConcurrency, 'MaxConcurrency'),
        toleratedPercentage: state.ToleratedFailurePercentage,
        toleratedCount: state.ToleratedFailureCount,
        machine: compileGroup(state.ItemProcessor, problems),
        resultsBucket: state.ResultWriter.Arguments.Bucket,
        resultsPrefix: compile(state.ResultWriter.Arguments.Prefix, 'ResultWriter.Arguments.Prefix'),
      };
    case 'Choice':
      return {
        kind: 'choice',
        name,
        rules: state.Choices.map(({ Condition, Next }, at) => ({
          condition: compile(Condition, `Choices.${at}.Condition`),
          next: Next,
        })),
        otherwise: state.Default,
      };
    case 'Succeed':
      return { kind: 'succeed', name, output: compile(state.Output ?? '{% $states.input %}', 'Output') };
    case 'Fail':
      return { kind: 'fail', name, error: compile(state.Error, 'Error'), cause: compile(state.Cause, 'Cause') };
    default:
      return state satisfies never;
  }
};

/** Without Output, a state's output is its result, and a catcher's is the error. */
const compileGuards = (name: string, state: TaskState | MapState, compile: Compile): GuardedStep => ({
  name,
  retry: state.Retry,
  catchers: state.Catch.map(
    (catcher, at): CatchStep => ({
      errorEquals: catcher.ErrorEquals,
      assign: compile(catcher.Assign ?? {}, `Catch.${at}.Assign`, 'errorOutput'),
      output: compile(catcher.Output ?? '{% $states.errorOutput %}', `Catch.${at}.Output`, 'errorOutput'),
      next: catcher.Next,
    }),
  ),
  assign: compile(state.Assign ?? {}, 'Assign', 'result'),
  output: compile(state.Output ?? '{% $states.result %}', 'Output', 'result'),
  next: state.Next ?? null,
});
