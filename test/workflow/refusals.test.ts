import { describe, expect, it } from 'vitest';
import { WorkflowDefinitionError } from '../../local/workflow-engine/errors.ts';
import { loadProgram } from '../../local/workflow-engine/load-program.ts';
import { calling, machine, map, placeholder, retrier, substitutions, task } from './support/lab.ts';

const done = { Done: { Type: 'Succeed' } };

const problemsOf = (definition: unknown): readonly string[] => {
  try {
    loadProgram(definition, substitutions);
    return [];
  } catch (error) {
    if (error instanceof WorkflowDefinitionError) return error.problems;
    throw error;
  }
};
const says = (definition: unknown, ...problems: string[]) => {
  const found = problemsOf(definition);
  for (const problem of problems) expect(found).toContainEqual(expect.stringContaining(problem));
  expect(found).toHaveLength(problems.length);
};
const choice = (condition: string) =>
  machine({ C: { Type: 'Choice', Choices: [{ Condition: condition, Next: 'Done' }], Default: 'Done' }, ...done });

describe('loading a definition', () => {
  it('accepts what the engine runs', () => {
    says(
      machine({
        M: map({ Comment: 'many', ToleratedFailurePercentage: 0, Retry: [retrier()], Next: 'Done' }),
        ...done,
      }),
    );
  });
  it('says everything that is wrong, a line each', () => {
    expect(() => loadProgram(machine({ A: task({ Foo: 1 }), B: { Type: 'Wait' } }), substitutions)).toThrow(
      'the workflow definition is refused:\n- state "A", field Foo is not supported\n- state "B", field Type: "Wait" is not supported',
    );
  });

  describe('refuses, and names state and field:', () => {
    it.each(['Wait', 'Pass', 'Parallel', 'Nonsense'])('the state type %s', (Type) => {
      says(machine({ A: { Type, End: true } }), `state "A", field Type: "${Type}" is not supported`);
    });
    it('a state without a type, and one that is no object', () => {
      says(machine({ A: {}, B: null as unknown as object }), 'state "A", field Type', 'state "B": ');
    });
    it.each([
      'Parameters',
      'InputPath',
      'OutputPath',
      'ResultPath',
      'ResultSelector',
      'HeartbeatSeconds',
      'Credentials',
    ])('the field %s', (field) => {
      says(machine({ A: task({ [field]: '$' }) }), `state "A", field ${field} is not supported`);
    });
    it('unknown fields in Retry, Catch, Arguments and at the top', () => {
      says(
        machine(
          {
            A: task({
              Retry: [retrier({ Foo: 1 })],
              Catch: [{ ErrorEquals: ['X'], Next: 'Done', ResultPath: '$' }],
              Arguments: { ...calling('F', 1), Qualifier: 'x' },
              Next: 'Done',
            }),
            ...done,
          },
          { Version: '1.0' },
        ),
        'top level, field Version is not supported',
        'state "A", field Retry.0.Foo is not supported',
        'state "A", field Catch.0.ResultPath is not supported',
        'state "A", field Arguments.Qualifier is not supported',
      );
    });
    it('another query language, for all or for one state', () => {
      says(
        machine({ A: task() }, { QueryLanguage: 'JSONPath' }),
        'top level, field QueryLanguage: "JSONPath" is not supported',
      );
      says(machine({ A: task({ QueryLanguage: 'JSONPath' }) }), 'state "A", field QueryLanguage is not supported');
    });
    it('an integration other than lambda:invoke', () => {
      says(
        machine({ A: task({ Resource: 'arn:aws:states:::sqs:sendMessage' }) }),
        'state "A", field Resource: "arn:aws:states:::sqs:sendMessage" is not supported',
      );
    });
    it('a Task and a definition without TimeoutSeconds', () => {
      says(machine({ A: task({ TimeoutSeconds: undefined }) }), 'state "A", field TimeoutSeconds');
      says(machine({ A: task() }, { TimeoutSeconds: undefined }), 'top level, field TimeoutSeconds');
    });
    it('a JSONata TimeoutSeconds', () => {
      says(machine({ A: task({ TimeoutSeconds: '{% 5 %}' }) }), 'field TimeoutSeconds: "{% 5 %}" is not supported');
    });
    it('a substitution that is not given, deep inside a list too', () => {
      says(
        machine({ A: task({ Output: [placeholder('Nobody')] }) }),
        `state "A", field Output.0: ${placeholder('Nobody')} is not resolved`,
      );
      says(machine({ A: task({ Output: placeholder('toString') }) }), 'is not resolved');
    });
    it('inline maps, other readers, writers and inputs', () => {
      const inline = { ...map().ItemProcessor, ProcessorConfig: { Mode: 'INLINE' } };
      says(
        machine({ M: map({ ItemProcessor: inline }) }),
        'ProcessorConfig.Mode: "INLINE" is not supported',
        'ExecutionType',
      );
      const csv = { ...map().ItemReader, ReaderConfig: { InputType: 'CSV' } };
      says(
        machine({ M: map({ ItemReader: csv }) }),
        'state "M", field ItemReader.ReaderConfig.InputType: "CSV" is not supported',
      );
      says(
        machine({ M: map({ Items: [], ItemSelector: {} }) }),
        'state "M", field Items is not supported; state "M", field ItemSelector',
      );
    });
    it('a Map inside a Map', () => {
      says(
        machine({ M: map({ ItemProcessor: { ...map().ItemProcessor, StartAt: 'N', States: { N: map() } } }) }),
        'state "N", field Type: "Map" is not supported',
      );
    });
    it('a bucket that is not the engine’s', () => {
      const reader = map().ItemReader;
      says(
        machine({ M: map({ ItemReader: { ...reader, Arguments: { ...reader.Arguments, Bucket: 'other' } } }) }),
        'state "M", field ItemReader.Arguments.Bucket',
      );
    });
    it('a state that is missing, wherever it is named', () => {
      says(
        machine({
          A: task({ Catch: [{ ErrorEquals: ['X'], Next: 'Nowhere' }], Next: 'C' }),
          C: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'toString' }], Default: 'Gone' },
        }),
        'state "A", field Catch.0.Next: there is no state "Nowhere"',
        'state "C", field Choices.0.Next: there is no state "toString"',
        'state "C", field Default: there is no state "Gone"',
      );
      says(
        machine(done, { StartAt: 'Away' }),
        'top level, field StartAt: there is no state "Away"',
        'no other state leads here',
      );
      says(
        machine({ M: map({ ItemProcessor: { ...map().ItemProcessor, StartAt: 'Away' } }) }),
        'state "M", field ItemProcessor.StartAt: there is no state "Away"',
        'state "Child": no other state leads here',
      );
    });
    it('a state that no other leads to', () => {
      says(machine({ A: task(), Lonely: task() }), 'state "Lonely": no other state leads here');
    });
    it('End beside Next, and neither of them', () => {
      says(
        machine({ A: task({ Next: 'Done', End: true }), ...done }),
        'state "A", field Next: give either Next or End',
      );
      says(machine({ A: task({ End: undefined }) }), 'state "A", field Next: give either Next or End');
    });
    it('a name that is used inside and outside of a Map', () => {
      says(machine({ M: map({ Next: 'Child' }), Child: { Type: 'Succeed' } }), 'state "Child": the name is used twice');
    });
    it('States.ALL in company or before the end, and unknown States errors', () => {
      says(
        machine({ A: task({ Retry: [retrier({ ErrorEquals: ['States.ALL', 'X'] })] }) }),
        'state "A", field Retry.0.ErrorEquals: States.ALL must be alone, and last',
      );
      says(
        machine({ A: task({ Retry: [retrier({ ErrorEquals: ['States.ALL'] }), retrier()] }) }),
        'state "A", field Retry.0.ErrorEquals: States.ALL must be alone, and last',
      );
      says(
        machine({ A: task({ Catch: [{ ErrorEquals: ['States.Foo'], Next: 'Done' }], Next: 'Done' }), ...done }),
        'state "A", field Catch.0.ErrorEquals: there is no error "States.Foo"',
      );
    });
    it('a MaxDelaySeconds that is not larger than the interval', () => {
      says(
        machine({ A: task({ Retry: [retrier({ IntervalSeconds: 5, MaxDelaySeconds: 5 })] }) }),
        'state "A", field Retry.0.MaxDelaySeconds: must be larger than IntervalSeconds',
      );
    });
    it('a variable that is named states', () => {
      says(machine({ A: task({ Assign: { states: 1 } }) }), 'state "A", field Assign.states');
    });
  });

  describe('refuses expressions', () => {
    it.each([
      { source: '1 +', says: 'Unexpected end' },
      { source: '$now()', says: 'the function $now is not supported' },
      { source: '$eval("1")', says: 'the function $eval is not supported' },
      { source: '$exists($nobody)', says: 'assigns $nobody' },
      { source: '$exists', says: 'assigns $exists' },
      { source: '$nobody = 1', says: 'assigns $nobody' },
      { source: '$x := 1', says: 'bind is not supported' },
      { source: '$states.input.($a)', says: 'only plain names' },
      { source: '$states.input.list[0] = 1', says: 'only plain names' },
      { source: '$states[0].input', says: 'predicates and bindings are not supported' },
      { source: '$states{"a": 1} = 1', says: 'predicates and bindings are not supported' },
      { source: '$states.input.a{"k": 1} = 1', says: 'only plain names' },
      { source: '$states.input.a[] = 1', says: 'only plain names' },
      { source: '$states.input.a@$x.b = 1', says: 'only plain names' },
      { source: '$states.input.a#$x = 1', says: 'only plain names' },
      { source: '$states.input.* = 1', says: 'only plain names' },
      { source: '[1,2][0] = 1', says: 'filter is not supported' },
      { source: '$states.input ~> $exists', says: 'apply is not supported' },
      { source: '$exists(?)', says: 'is not supported' },
      { source: '"a" = /a/', says: 'regex is not supported' },
      { source: 'blobs = 0', says: 'must begin with a variable' },
      { source: '$states = 1', says: '$states has input, context here' },
      { source: '$states.result = 1', says: '$states has input, context here' },
      { source: '$states.errorOutput = 1', says: '$states has input, context here' },
      { source: '{"a": $nobody} = 1', says: 'assigns $nobody' },
      { source: '$map([1], function($v) { $v })', says: 'the function $map is not supported' },
    ])('$source', ({ source, says: problem }) => {
      says(choice(`{% ${source} %}`), `state "C", field Choices.0.Condition: `);
      expect(problemsOf(choice(`{% ${source} %}`))[0]).toContain(problem);
    });
    it('that do not fill their string', () => {
      says(machine({ A: task({ Output: '{% true' }) }), 'state "A", field Output: JSONata must fill the whole string');
      says(machine({ A: task({ Output: 'so {% true %}' }) }), 'JSONata must fill the whole string');
    });
    it('that are none where one must be', () => {
      says(choice('true'), 'state "C", field Choices.0.Condition: "true" is not supported');
      says(machine({ M: map({ MaxConcurrency: 'many' }) }), 'state "M", field MaxConcurrency');
    });
    it('in a Map’s inner states that read an outer variable', () => {
      const inner = { ...map().ItemProcessor, States: { Child: task({ Output: '{% $outer %}' }) } };
      says(
        machine({ A: task({ Assign: { outer: 1 }, Next: 'M' }), M: map({ ItemProcessor: inner }) }),
        'state "Child", field Output: no state of this group assigns $outer',
      );
    });
    it('but not those that read a variable which a catcher assigns', () => {
      says(
        machine({
          A: task({ Catch: [{ ErrorEquals: ['X'], Assign: { why: 1 }, Next: 'Done' }], Next: 'Done' }),
          Done: { Type: 'Succeed', Output: '{% $why %}' },
        }),
      );
    });
  });
});
