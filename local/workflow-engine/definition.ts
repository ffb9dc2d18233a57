import { z } from 'zod';

/**
 * The part of the States language that core/workflow/sync.asl.json uses, and nothing more: every other field and state
 * type is refused. A template is any JSON in which a whole string `{% … %}` is JSONata.
 */
const Template = z.json();
const Expression = z.string().regex(/^\{%.*%\}$/s, 'must be JSONata, {% … %}');
const Name = z.string().min(1).max(80);
const Assign = z.record(
  z.string().regex(/^(?!states$)[A-Za-z_][A-Za-z0-9_]{0,79}$/, 'must be a variable name, and not "states"'),
  Template,
);
const Comment = z.string().optional();
const ErrorEquals = z.array(z.string().min(1)).min(1);

const Retrier = z.strictObject({
  Comment,
  ErrorEquals,
  /** Seconds. The defaults here are the language's. */
  IntervalSeconds: z.int().min(1).max(99_999_999).default(1),
  MaxAttempts: z.int().min(0).max(99_999_999).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});
export type Retrier = z.infer<typeof Retrier>;

const Catcher = z.strictObject({
  Comment,
  ErrorEquals,
  Assign: Assign.optional(),
  Output: Template.optional(),
  Next: Name,
});
export type Catcher = z.infer<typeof Catcher>;

/** What Task and Map have in common. */
const guarded = {
  Comment,
  Retry: z.array(Retrier).default([]),
  Catch: z.array(Catcher).default([]),
  Assign: Assign.optional(),
  Output: Template.optional(),
  Next: Name.optional(),
  End: z.literal(true).optional(),
};

const TaskState = z.strictObject({
  Type: z.literal('Task'),
  ...guarded,
  Resource: z.literal('arn:aws:states:::lambda:invoke'),
  Arguments: z.strictObject({ FunctionName: z.string().min(1), Payload: Template }),
  /** Required here: the language's default is three years. */
  TimeoutSeconds: z.int().min(1).max(99_999_999),
});
export type TaskState = z.infer<typeof TaskState>;

const ChoiceState = z.strictObject({
  Type: z.literal('Choice'),
  Comment,
  Choices: z.array(z.strictObject({ Comment, Condition: Expression, Next: Name })).min(1),
  /** Required here, so that no choice can be left without an answer. */
  Default: Name,
});

const SucceedState = z.strictObject({ Type: z.literal('Succeed'), Comment, Output: Template.optional() });

const FailState = z.strictObject({ Type: z.literal('Fail'), Comment, Error: z.string(), Cause: z.string() });

const InnerState = z.discriminatedUnion('Type', [TaskState, ChoiceState, SucceedState, FailState]);

const MapState = z.strictObject({
  Type: z.literal('Map'),
  ...guarded,
  Label: z.string().min(1).max(40),
  ItemReader: z.strictObject({
    Resource: z.literal('arn:aws:states:::s3:getObject'),
    ReaderConfig: z.strictObject({ InputType: z.literal('JSONL') }),
    Arguments: z.strictObject({ Bucket: z.string(), Key: z.string() }),
  }),
  ItemBatcher: z.strictObject({
    MaxItemsPerBatch: z.int().min(1),
    BatchInput: z.record(z.string(), Template),
  }),
  MaxConcurrency: z.union([z.int().min(1), Expression]),
  /** Both absent means what AWS means: no failure is tolerated. */
  ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
  ToleratedFailureCount: z.int().min(0).optional(),
  ItemProcessor: z.strictObject({
    ProcessorConfig: z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
    Comment,
    StartAt: Name,
    States: z.record(Name, InnerState),
  }),
  ResultWriter: z.strictObject({
    Resource: z.literal('arn:aws:states:::s3:putObject'),
    Arguments: z.strictObject({ Bucket: z.string(), Prefix: z.string() }),
  }),
});
export type MapState = z.infer<typeof MapState>;

const State = z.discriminatedUnion('Type', [TaskState, ChoiceState, MapState, SucceedState, FailState]);
export type State = z.infer<typeof State>;

export const Definition = z.strictObject({
  Comment,
  QueryLanguage: z.literal('JSONata'),
  StartAt: Name,
  /** Required here: an execution must end. */
  TimeoutSeconds: z.int().min(1).max(99_999_999),
  States: z.record(Name, State),
});
export type Definition = z.infer<typeof Definition>;

/** States that know each other by name: the definition itself, or a Map's inner states. */
export interface StateGroup {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
