import jsonata from 'jsonata';

/** What a JSONata expression may read where it stands. */
export interface Readable {
  /** Members of `$states`: `input` and `context` anywhere, `result` and `errorOutput` only after an answer. */
  readonly states: readonly string[];
  /** Variables that some state of the same group assigns. A Distributed Map's inner states do not see outer ones. */
  readonly variables: ReadonlySet<string>;
}

/** Functions that the workflow uses. Each is the same in JSONata 2.0.6 (AWS) and in the version that runs here. */
const functions: ReadonlySet<string> = new Set(['exists']);
const nodeTypes: ReadonlySet<string> = new Set([
  'binary',
  'condition',
  'function',
  'name',
  'number',
  'path',
  'string',
  'unary',
  'value',
  'variable',
]);

interface Node {
  readonly type: string;
  readonly value?: unknown;
}
interface PathNode extends Node {
  readonly steps: readonly Node[];
}
interface FunctionNode extends Node {
  readonly procedure: Node;
  readonly arguments: readonly Node[];
}

/** Parses an expression; throws an Error that says what in it is not supported. */
export const parseExpression = (source: string, readable: Readable): jsonata.Expression => {
  const expression = jsonata(source);
  checkNode(expression.ast() as Node, readable);
  return expression;
};

const checkNode = (node: Node, readable: Readable): void => {
  if (!nodeTypes.has(node.type)) throw new Error(`JSONata's ${node.type} is not supported`);
  if (node.type === 'path') checkPath(node as PathNode, readable);
  else if (node.type === 'variable') checkVariable(node, undefined, readable);
  else if (node.type === 'function') checkCall(node as FunctionNode, readable);
  else for (const part of partsOf(node)) checkNode(part, readable);
};

const checkCall = (call: FunctionNode, readable: Readable): void => {
  const name = String(call.procedure.value);
  if (!functions.has(name)) throw new Error(`the function $${name} is not supported`);
  for (const argument of call.arguments) checkNode(argument, readable);
};

/** A path begins at a variable, and plain names follow. */
const checkPath = (path: PathNode, readable: Readable): void => {
  const [first, ...rest] = path.steps;
  if (first?.type !== 'variable') throw new Error('a path must begin with a variable: there is no context value');
  checkVariable(first, rest[0], readable);
  const plain = rest.every((step) => step.type === 'name' && hasOnly(step, ['type', 'value', 'position']));
  if (!plain || !hasOnly(path, ['type', 'steps'])) throw new Error('only plain names may follow in a path');
};

const checkVariable = (variable: Node, member: Node | undefined, { states, variables }: Readable): void => {
  if (!hasOnly(variable, ['type', 'value', 'position'])) throw new Error('predicates and bindings are not supported');
  if (variable.value !== 'states') {
    if (!variables.has(String(variable.value))) throw new Error(`no state of this group assigns $${variable.value}`);
  } else if (member === undefined || !states.includes(String(member.value)))
    throw new Error(`$states has ${states.join(', ')} here`);
};

/** Filters, groupings, bindings and `[]` hang on a node as further members. */
const hasOnly = (node: Node, members: readonly string[]): boolean =>
  Object.keys(node).every((member) => members.includes(member));

const partsOf = (value: object): Node[] =>
  Object.values(value).flatMap((part) => {
    if (typeof part !== 'object' || part === null) return [];
    return typeof part.type === 'string' ? [part as Node] : partsOf(part);
  });
