import fc from 'fast-check';

/**
 * Pieces of code of a language. `$` stands for a name, `{}` for what a block holds, on lines of its own. Put together they have no errors of syntax, so that each
 * definition is where the grammar has it.
 */
interface Pieces {
  /** At the top of a file. */
  readonly top: readonly string[];
  /** In the braces of a type. */
  readonly members: readonly string[];
  /** In a function. */
  readonly statements: readonly string[];
  /** Lines that hold nothing, and names all the same. */
  readonly comments: readonly string[];
}

const names = ['alpha', 'beta', 'gamma', 'delta', 'Omega'];

const pieces: Readonly<Record<string, Pieces>> = {
  'a.ts': {
    top: [
      'export const $ = 1;',
      'let $: number, $ = 2;',
      'export const $ = (alpha: beta, gamma = 3): delta => {\n{s}\n};',
      'const $\n  = async function () {\n{s}\n};',
      'export function $(alpha: number,\n  beta = 5): Promise<void> {\n{s}\n}',
      'export class $ extends mixin(alpha)\n{\n{m}\n}',
      'export default class $ implements\n  beta {\n{m}\n}',
      'interface $ { alpha: beta; gamma?(delta: number): void }',
      'enum $ { alpha, beta = 2 }',
      'type $ = { alpha: () => void; beta(): void };',
      'namespace $ {\n  export const $ = 1;\n}',
    ],
    members: [
      '$ = 1;',
      'static readonly $: alpha = beta;',
      '$!: alpha',
      '@sealed $?: alpha;',
      '#$ = new Map<string, beta>();',
      '$(alpha: beta): void {\n{s}\n}',
      '/** alpha */ async $() {\n{s}\n}',
      '* $(): Iterable<alpha> {\n{s}\n}',
      'get $() { return alpha.beta; }',
      '$ = (alpha) => alpha;',
    ],
    statements: [
      'const $ = 1;',
      'const $: alpha = (beta) => gamma;',
      'let $ = function () {}, $: beta = () => 1;',
      'if (alpha > beta) {\n{s}\n}',
      'for (const $ of alpha) {\n{s}\n}',
      'switch (alpha) { case 1: {\n{s}\n} }',
      `alpha(\`\${beta} is \${gamma.delta}\`, "delta = {");`,
      '$ = /[/*]{\'"]/.test(alpha);',
      'return { $: 1, $: () => 2, $() {\n{s}\n}, alpha };',
      'alpha.$ = class {\n{m}\n};',
      'class $ {\n{m}\n}',
      'alpha(beta, (gamma) => {\n{s}\n});',
    ],
    comments: ['// alpha = beta; gamma(delta)', '/*\n * alpha: beta,\n * delta(Omega)\n */', '/** const alpha = 1; */'],
  },
  'A.java': {
    top: [
      'public class $ extends alpha {\n{m}\n}',
      'enum $ {\n  alpha, beta(1) {\n{m}\n}, @gamma delta() {\n{m}\n};\n{m}\n}',
      'interface $ { int $ = 1; void $(alpha beta); }',
      'record $(int alpha, int beta) {\n{m}\n}',
    ],
    members: [
      'private static final int $ = 1;',
      'alpha $, $;',
      'java.util.List<alpha> $ = new beta() {\n{m}\n};',
      'int[] $, $[] = {};',
      '@gamma(beta = 1)\n  public void $(int alpha, int beta) throws gamma, delta {\n{s}\n}',
      'class $ {\n{m}\n}',
      'static {\n{s}\n}',
    ],
    statements: [
      'int $ = 1, $;',
      'final alpha $ = beta.gamma("{", \'(\');',
      'if (alpha > beta) {\n{s}\n} else {\n{s}\n}',
      'for (int $ = 0; $ < 5; $++) {\n{s}\n}',
      'try {\n{s}\n} catch (alpha $) {\n{s}\n}',
      'alpha.beta($ -> {\n{s}\n});',
      'class $ {\n{m}\n}',
      'alpha $ = new beta(1) {\n{m}\n};',
      'int $ = alpha\n  * beta, $ = gamma;',
      'return alpha;',
    ],
    comments: ['// int alpha = 1;', '/**\n * alpha, beta (gamma) = delta\n */', '/* void alpha() { */'],
  },
  'a.go': {
    top: [
      'var $ = 1',
      'const (\n\t$ = iota\n\t$, $\n)',
      'type $ struct {\n\t$ alpha `json:"beta"`\n\t$, $ *beta\n\tgamma func(delta int) error\n}',
      'type $ interface {\n\t$(alpha int) (beta, error)\n}',
      'type (\n\t$ int\n\t$ = alpha\n)',
      'func $(alpha int, beta *gamma) (delta int, err error) {\n{s}\n}',
      'func (alpha *beta) $(gamma int) {\n{s}\n}',
    ],
    members: [],
    statements: [
      '$ := 1',
      'var $ int = 2',
      'type $ struct{ $ int }',
      'for _, $ := range alpha {\n{s}\n}',
      'if alpha, beta := gamma(); alpha == nil {\n{s}\n}',
      'alpha(func($ int) {\n{s}\n})',
      '_ = alpha{\n\t$: 1,\n\t$: beta,\n}',
      'return alpha, beta',
    ],
    comments: ['// alpha beta (gamma)', '/* alpha int */'],
  },
  'a.py': {
    top: [
      '$ = 1',
      '$: alpha = beta',
      'def $(alpha, beta=1):\n{s}',
      'class $(alpha):\n{m}',
      'type $ = alpha',
      'if alpha:\n{s}',
      '$ = gamma(\n    alpha=1,\n    beta={"delta": 2},\n)',
      '$ = """\ndef alpha():\n    beta = 1\n"""',
    ],
    members: [
      '$ = 1',
      '$: alpha',
      'async def $(\n    self,\n    beta=1,\n):\n{s}',
      '@gamma\ndef $(self): return alpha',
      'class $:\n{m}',
      '"""alpha = 1"""',
    ],
    statements: [
      '$ = 1',
      'def $(alpha):\n{s}',
      'class $:\n{m}',
      'for $ in alpha:\n{s}',
      'beta(\n    $=1,\n    gamma=2)',
      "alpha['#'] = '{'",
      'pass',
    ],
    comments: ['# alpha = 1', '# def beta():'],
  },
};

/** The files that texts are made for. */
export const codePaths: readonly string[] = Object.keys(pieces);

const DEEPEST = 4;

/** Texts of such a file, without errors of syntax. */
export const codeText = (path: string): fc.Arbitrary<string> => {
  const { top, members, statements, comments } = pieces[path] as Pieces;
  const [head, foot] = path === 'a.go' ? ['package alpha\n', ''] : ['', ''];
  const filled = (kinds: readonly string[], depth: number): fc.Arbitrary<string> =>
    fc
      .constantFrom(...kinds)
      .chain((piece) => {
        const parts = piece.split(/(\$(?![{"])|\{[ms]\})/);
        return fc.tuple(
          ...parts.map((part) => {
            if (part === '$') return fc.constantFrom(...names);
            if (part === '{m}') return lines(members, depth + 1);
            return part === '{s}' ? lines(statements, depth + 1) : fc.constant(part);
          }),
        );
      })
      .map((parts) => parts.join(''));
  const lines = (kinds: readonly string[], depth: number): fc.Arbitrary<string> => {
    const plain = kinds.filter((kind) => depth < DEEPEST || !/\{[ms]\}/.test(kind));
    const piece = fc.oneof(
      { weight: 5, arbitrary: filled(plain, depth) },
      { weight: 1, arbitrary: fc.constantFrom(...comments) },
    );
    const some = fc.array(piece, { minLength: 1, maxLength: 4 });
    // Python wants a statement in a block, and blanks before it.
    const needed = path === 'a.py' && depth > 0 ? ['pass'] : [];
    return some.map((all) => indented([...all, ...needed].join('\n'), depth > 0));
  };
  return lines(top, 0).map((text) => `${head}${text}${foot}\n`);
};

const indented = (text: string, deeper: boolean): string => (deeper ? text.replaceAll(/^(?=.)/gm, '    ') : text);
