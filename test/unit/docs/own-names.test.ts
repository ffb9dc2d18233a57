import { fileURLToPath } from 'node:url';
import { type ElementAccessExpression, type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { API, type Checker, type Type, TypeFlags } from 'typescript/unstable/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';

/**
 * `record[name]`, where the name is any text, also finds what every object inherits, and setting `__proto__` changes its
 * prototype. So the product looks names up with `own`, keeps them in maps, or makes objects with `Object.fromEntries`. Names of
 * a known few (a union of literals) and places in a list are no such names: it takes the types to tell them apart.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** What runs with users' names; what makes the stacks knows only its own. */
const product = /^(core|adapters|lambdas|local|operator)\//;
const exempt = 'core/domain/own.ts';

/** Begins like nothing that an object inherits. */
const harmless = /^`[A-Z]/;

const isAnyText = (type: Type | undefined): boolean => {
  if (type === undefined) return true;
  if (type.isUnionType()) return type.getTypes().some(isAnyText);
  // A branded string is an intersection.
  if (type.isIntersectionType()) return type.getTypes().some(isAnyText);
  if (type.isTypeParameter()) return false;
  return (type.flags & (TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.StringMapping | TypeFlags.Any)) !== 0;
};

const textOf = (file: SourceFile, node: Node): string => file.text.slice(node.pos, node.end).trim();

/** Where a file looks names up in plain objects. */
const lookUps = (file: SourceFile, checker: Pick<Checker, 'getTypeAtLocation'>): string[] => {
  const accesses: ElementAccessExpression[] = [];
  const found: string[] = [];
  const visit = (node: Node): void => {
    if (node.kind === SyntaxKind.ElementAccessExpression) accesses.push(node as ElementAccessExpression);
    const { left, operatorToken } = node as Node & { left?: Node; operatorToken?: Node };
    if (operatorToken?.kind === SyntaxKind.InKeyword && left !== undefined) {
      const isKnown = [SyntaxKind.StringLiteral, SyntaxKind.PrivateIdentifier].includes(left.kind);
      if (!isKnown && !textOf(file, left).startsWith('Symbol.')) found.push(textOf(file, node));
    }
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  for (const access of accesses) {
    const { argumentExpression: name } = access;
    if (harmless.test(textOf(file, name))) continue;
    if (isAnyText(checker.getTypeAtLocation(name))) found.push(textOf(file, access));
  }
  return found;
};

let api: API;
let checker: Checker;
let fileOf: (name: string) => SourceFile;
let files: readonly string[];
beforeAll(() => {
  api = new API({ cwd: root });
  const [project] = api.updateSnapshot({ openProjects: [`${root}tsconfig.json`] }).getProjects();
  if (project === undefined) throw new Error('no project');
  checker = project.checker;
  files = project.program
    .getSourceFileNames()
    .flatMap((name) => (name.startsWith(root) ? [name.slice(root.length)] : []));
  fileOf = (name) => {
    const file = project.program.getSourceFile(`${root}${name}`);
    if (file === undefined) throw new Error(`no file ${name}`);
    return file;
  };
}, 120_000);
afterAll(() => api.close());

it('no name from outside is looked up in, or put into, a plain object by indexing', () => {
  const looked = files.filter((name) => product.test(name) && name !== exempt);
  // All of the product is seen: a habit that looks at nothing holds always.
  expect(looked.length).toBeGreaterThan(300);
  expect(looked.flatMap((name) => lookUps(fileOf(name), checker).map((text) => `${name}: ${text}`))).toEqual([]);
}, 120_000);

/** What the rule must find, and what it must let pass: read by the test below, never called. */
const samples = (
  record: Record<string, number>,
  name: string,
  branded: string & { readonly brand: unique symbol },
  known: 'a' | 'b',
  list: readonly number[],
  at: number,
): unknown => {
  record[name] = 1;
  Object.assign(record, { [name]: 1 });
  return [
    record[branded],
    record[name.slice(1)],
    record[String(at)],
    name in record,
    { a: 1, b: 2 }[known],
    list[at],
    list[list.length - 1],
    record.member,
    record[`KEY_${at}`],
    'literal' in record,
    Symbol.iterator in list,
  ];
};

it('finds what it must, and nothing else', () => {
  expect(samples).toBeTypeOf('function');
  expect(lookUps(fileOf('test/unit/docs/own-names.test.ts'), checker).sort()).toEqual(
    ['name in record', 'record[String(at)]', 'record[name.slice(1)]', 'record[branded]', 'record[name]'].sort(),
  );
}, 120_000);
