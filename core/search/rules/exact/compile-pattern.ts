import { RE2JS, RE2JSException } from 're2js';
import { asciiRun } from './fold.ts';
import { anchorsOf, mapTexts, type RequiredText, requiredBy } from './required-text.ts';

/** What is looked for: as `git grep` with -F or -P, -i, -w. */
export interface Pattern {
  readonly pattern: string;
  /** RE2's syntax; otherwise each character stands for itself. */
  readonly regex: boolean;
  readonly ignoreCase: boolean;
  /** Only occurrences that are no part of a longer word: letters and digits of ASCII and `_` make words, as git has it. */
  readonly word: boolean;
}

/** A pattern, ready to look through lines. */
export interface CompiledPattern {
  /** Null for a literal whose case counts: it is found as it is. */
  readonly expression: RE2JS | null;
  readonly literal: string;
  readonly word: boolean;
  /** Required texts are compared with folded text: see foldText. */
  readonly folded: boolean;
  /** Of every line that matches; holds of the whole text, too. */
  readonly required: RequiredText;
  /** Every line that matches has one of these; null: any line may. */
  readonly anchors: readonly string[] | null;
}

export type Compiled =
  | { readonly kind: 'compiled'; readonly compiled: CompiledPattern }
  /** `why` says what is wrong with it, and what is allowed. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Instructions of an expression's program: its automaton takes a character through all of them at worst. One of a usual pattern has 10 to 100;
 * `\p{L}{1000}` would have 3,000.
 */
export const MAX_PROGRAM = 2_000;

export const compilePattern = ({ pattern, regex, ignoreCase, word }: Pattern): Compiled => {
  if (/[\n\0]/.test(pattern)) return refused('it must be of one line: matches never go over the end of a line');
  if (!regex && !ignoreCase) {
    const required: RequiredText = { kind: 'text', text: pattern };
    const compiled = { expression: null, literal: pattern, word, folded: false, required, anchors: [pattern] };
    return { kind: 'compiled', compiled };
  }
  const source = regex ? pattern : RE2JS.quote(pattern);
  try {
    // What is required is read without regard to case, and compared so: parts that fold require nothing by themselves.
    const plain = RE2JS.compile(source);
    const expression = ignoreCase ? RE2JS.compile(source, RE2JS.CASE_INSENSITIVE) : plain;
    if (expression.programSize() > MAX_PROGRAM)
      return refused(
        `it is too large: its program has ${expression.programSize()} instructions of ${MAX_PROGRAM} allowed`,
      );
    const required = ignoreCase ? mapTexts(requiredBy(plain), asciiRun) : requiredBy(plain);
    const compiled = { expression, literal: pattern, word, folded: ignoreCase, required, anchors: anchorsOf(required) };
    return { kind: 'compiled', compiled };
  } catch (error) {
    if (error instanceof RE2JSException) return refused(`it is no RE2 expression: ${error.message}`);
    throw error;
  }
};

const refused = (why: string): Compiled => ({ kind: 'refused', why });
