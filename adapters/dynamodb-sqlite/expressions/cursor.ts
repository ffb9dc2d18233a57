import { type DynamoDbError, invalid, unsupported } from '../errors.ts';
import { reservedWords } from './reserved-words.ts';
import type { Substitutions } from './substitutions.ts';
import type { Path } from './syntax.ts';

/** Characters of an expression, as on AWS (it counts bytes; an expression has no others). */
const MAX_LENGTH = 4096;
const MAX_PATH_STEPS = 32;

type TokenKind = 'name' | 'alias' | 'value' | 'index' | 'sign' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const tokens: readonly (readonly [TokenKind, RegExp])[] = [
  ['name', /[A-Za-z_]\w*/y],
  ['alias', /#\w+/y],
  ['value', /:\w+/y],
  ['index', /\d+/y],
  ['sign', /<>|<=|>=|[=<>()[\],.+-]/y],
];

/** An expression, read token by token, and what is common to all kinds of them: paths. */
export class Cursor {
  /** The request's member that holds the expression: messages begin with it. */
  readonly what: string;
  readonly substitutions: Substitutions;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(what: string, text: string, substitutions: Substitutions) {
    this.what = what;
    this.substitutions = substitutions;
    if (text.trim() === '') throw this.refusal('The expression can not be empty;');
    if (text.length > MAX_LENGTH)
      throw this.refusal(`Expression size has exceeded the maximum allowed size; expression size: ${text.length}`);
    this.#tokens = [...this.#tokenise(text)];
  }

  refusal(why: string): DynamoDbError {
    return invalid(`Invalid ${this.what}: ${why}`);
  }

  unexpected(): DynamoDbError {
    const { text } = this.peek();
    const near = this.#tokens.slice(Math.max(0, this.#at - 1), this.#at + 2).map((token) => token.text);
    return this.refusal(`Syntax error; token: "${text || '<EOF>'}", near: "${near.join(' ').trim()}"`);
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  take(kind: TokenKind): string {
    const token = this.peek();
    if (token.kind !== kind) throw this.unexpected();
    this.#at += 1;
    return token.text;
  }

  /** Takes the sign, if it is next. */
  accepts(sign: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'sign' || text !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** Takes the keyword, in any letters, if it is next. */
  acceptsWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at += 1;
    return true;
  }

  isWord(word: string): boolean {
    const { kind, text } = this.peek();
    return kind === 'name' && text.toUpperCase() === word;
  }

  /** Whether a function's name is next. */
  isCall(): boolean {
    const next = this.peek(1);
    return this.peek().kind === 'name' && next.kind === 'sign' && next.text === '(';
  }

  expect(sign: string): void {
    if (!this.accepts(sign)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.unexpected();
  }

  /** One or more, with commas between. */
  list<T>(one: () => T): readonly T[] {
    const all = [one()];
    while (this.accepts(',')) all.push(one());
    return all;
  }

  path(): Path {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.accepts('.')) path.push(this.#name());
      else if (this.accepts('[')) {
        path.push(Number(this.take('index')));
        this.expect(']');
      } else break;
    }
    if (path.length > MAX_PATH_STEPS)
      throw this.refusal(`The document path has too many nesting elements; nesting levels: ${path.length}`);
    if (path.length > 1 && this.substitutions.keys.has(String(path[0])))
      throw invalid(
        `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: ${path[0]}`,
      );
    return path;
  }

  #name(): string {
    if (this.peek().kind === 'alias') return this.substitutions.name(this.take('alias'), this.what);
    const name = this.take('name');
    if (reservedWords.has(name.toLowerCase()))
      throw this.refusal(`Attribute name is a reserved keyword; reserved keyword: ${name}`);
    return name;
  }

  *#tokenise(text: string): Generator<Token> {
    const space = /\s*/y;
    for (let at = 0; ; ) {
      space.lastIndex = at;
      space.exec(text);
      at = space.lastIndex;
      if (at === text.length) break;
      const token = tokenAt(text, at);
      if (token === null)
        throw this.refusal(`Syntax error; token: "${text[at]}", near: "${text.slice(Math.max(0, at - 5), at + 5)}"`);
      yield token;
      at += token.text.length;
    }
    yield { kind: 'end', text: '' };
  }
}

const tokenAt = (text: string, at: number): Token | null => {
  for (const [kind, pattern] of tokens) {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found };
  }
  return null;
};

/** A function that DynamoDB has and nothing here uses, or none at all. */
export const unknownFunction = (cursor: Cursor, name: string): DynamoDbError =>
  dynamoDbFunctions.has(name)
    ? unsupported(`the function ${name} in ${cursor.what}`)
    : cursor.refusal(`Invalid function name; function: ${name}`);

const dynamoDbFunctions: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
  'if_not_exists',
  'list_append',
]);
