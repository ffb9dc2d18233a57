import { describe, expect, it } from 'vitest';
import { attributePattern } from '../../../../adapters/path-rules/attribute-pattern.ts';
import { createPathRules } from '../../../../adapters/path-rules/path-rules.ts';
import { pathFromBytes } from '../../../../core/manifest/git-path.ts';
import { createGitRepository } from '../../../support/git-repository.ts';

const rule = (patterns: readonly string[], ...attributes: readonly (readonly [path: string, text: string])[]) =>
  createPathRules().compile(
    patterns,
    attributes.map(([path, text]) => ({ path, text })),
  );

describe('ignore patterns', () => {
  it('are gitignore’s, and later ones win', () => {
    const of = rule(['*.log', 'docs/', '!keep.log', '/top.txt', '# comment', '']);

    expect(of('a/b.log')).toBe('ignored');
    expect(of('a/keep.log')).toBeNull();
    expect(of('x/docs/a.md')).toBe('ignored');
    expect(of('docs')).toBeNull();
    expect(of('top.txt')).toBe('ignored');
    expect(of('sub/top.txt')).toBeNull();
    expect(of('a/b.LOG')).toBeNull();
  });

  it('leave nothing out when there are none', () => {
    expect(rule([])('src/a.ts')).toBeNull();
  });

  it('see the real characters of a quoted path', () => {
    const of = rule(['*.log', 'tab\there']);
    const latin = pathFromBytes(Buffer.concat([Buffer.from('a/gr'), Buffer.from([0xf6]), Buffer.from('n.log')]));

    expect(latin).toBe('"a/gr\\366n.log"');
    expect(of(latin)).toBe('ignored');
    expect(of('"tab\\there"')).toBe('ignored');
    expect(of('"new\\nline.log"')).toBe('ignored');
  });

  it.each([
    ['foo ', 'foo'],
    ['*', 'a/b'],
    ['**/a/**/b', 'a/x/b'],
    ['/a/**', 'a/b'],
    ['[ab]c', 'x/ac'],
    ['x\\*y', 'x*y'],
    ['a?c', 'd/abc'],
    ['\ufefffoo', 'foo'],
  ])('know every wildcard: %j', (pattern, path) => {
    expect(rule([pattern])(path)).toBe('ignored');
    expect(rule([pattern])('no/match.ts')).toBe(pattern === '*' ? 'ignored' : null);
    expect(rule([pattern, `!${path}`])('no/match.ts')).toBe(pattern === '*' ? 'ignored' : null);
  });

  it('that only take back leave nothing out', () => {
    expect(rule(['!a'])('a')).toBeNull();
  });

  it('do not stumble over odd names', () => {
    const of = rule(['*.log', '[', '\\']);

    for (const path of ['./a', '../a', '/a', 'a//b', '"\\"x"', ' ']) expect(of(path)).toBeNull();
  });
});

describe('well-known names', () => {
  it.each(['package-lock.json', 'a/b/yarn.lock', 'Cargo.lock', 'go.sum', 'x/pnpm-lock.yaml', '.terraform.lock.hcl'])(
    'lockfile: %s',
    (path) => expect(rule([])(path)).toBe('lockfile'),
  );

  it.each([
    'a.min.js',
    'css/a.min.css',
    'a.js.map',
    'api/v1.pb.go',
    'x_pb2.py',
    'x_pb2_grpc.pyi',
    'x_grpc_pb.js',
    'a.g.dart',
    'Form.Designer.cs',
    'zz_generated.deepcopy.go',
    'schema.generated.ts',
    'a.css.map',
    '.pnp.cjs',
    'tsconfig.tsbuildinfo',
    'web/node_modules/x/index.js',
    '__pycache__/a.pyc',
    '.yarn/releases/yarn.cjs',
  ])('generated: %s', (path) => expect(rule([])(path)).toBe('generated'));

  it.each([
    'array-min.js',
    'world.map',
    'is_generated.py',
    'src/admin.js',
    'mapper.ts',
    'lock.json',
    'dist/a.js',
    'build/release.sh',
    'generated.md',
    'node_modules',
  ])('source: %s', (path) => expect(rule([])(path)).toBeNull());
});

describe('.gitattributes', () => {
  it.each([
    ['*.x linguist-generated', 'linguist_generated'],
    ['*.x linguist-generated=true', 'linguist_generated'],
    ['*.x text linguist-generated eol=lf', 'linguist_generated'],
    ['*.x linguist-generated=false', null],
    ['*.x -linguist-generated', null],
    ['*.x linguist-generated\n*.x !linguist-generated', null],
    ['*.x linguist-generated -linguist-generated', null],
    ['*.x linguist-vendored', null],
    ['*.x my-linguist-generated', null],
    ['# *.x linguist-generated', null],
    ['[attr]x linguist-generated', null],
    ['!*.x linguist-generated', null],
    ['*.x', null],
    ['', null],
    ['  *.x\tlinguist-generated\r', 'linguist_generated'],
    ['"*.x" linguist-generated', 'linguist_generated'],
  ])('%j', (text, expected) => {
    expect(rule([], ['.gitattributes', text])('a/b.x')).toBe(expected);
  });

  it('lets the later line win, and the nearer file', () => {
    const of = rule(
      [],
      ['.gitattributes', 'gen/** linguist-generated\n*.ts -linguist-generated\n'],
      ['a/b/.gitattributes', '*.ts linguist-generated\nkeep.ts !linguist-generated'],
      ['empty/.gitattributes', '*.ts text'],
    );

    expect(of('gen/a.js')).toBe('linguist_generated');
    expect(of('gen/a.ts')).toBeNull();
    expect(of('a/b/c/d.ts')).toBe('linguist_generated');
    expect(of('a/b/keep.ts')).toBeNull();
    expect(of('a/d.ts')).toBeNull();
    expect(of('empty/gen/a.js')).toBeNull();
  });

  it('lifts the rules by name where it says that a file is not generated', () => {
    const of = rule([], ['.gitattributes', '*.min.js -linguist-generated\nyarn.lock linguist-generated=false']);

    expect(of('a.min.js')).toBeNull();
    expect(of('yarn.lock')).toBeNull();
    expect(of('package-lock.json')).toBe('lockfile');
  });

  it('comes after ignore patterns and lockfiles, before generated names', () => {
    const of = rule(['*.log'], ['.gitattributes', '* linguist-generated']);

    expect(of('a.log')).toBe('ignored');
    expect(of('yarn.lock')).toBe('lockfile');
    expect(of('a.min.js')).toBe('linguist_generated');
  });

  it('may stand below a directory with a quoted name', () => {
    const of = rule([], ['"d\\303/.gitattributes"', '*.x linguist-generated']);

    expect(of('"d\\303/a.x"')).toBe('linguist_generated');
    expect(of('a.x')).toBeNull();
  });

  it('may hold names in quotes', () => {
    const of = rule([], ['.gitattributes', '"a b/größe \\"1\\".x" linguist-generated']);

    expect(of('a b/größe "1".x')).toBe('linguist_generated');
  });

  const patterns = [
    '*.x',
    'a',
    'a/',
    '/a',
    'a/*',
    'a/**',
    '**/b.x',
    '**/a/*.x',
    'a/**/b.x',
    '**',
    '*',
    'a/b.?',
    '?.x',
    '[ab].x',
    '[!a].x',
    '[^a].x',
    '[a-c].x',
    '[c-a].x',
    '[[:alpha:]].x',
    '[[:digit:]].x',
    '[]a].x',
    '[\\]b].x',
    '[a',
    '\\a',
    'b\\.x',
    'b.x\\',
    'a**.x',
    '/**/b.x',
    'a+b.x',
    '[a-]b.x',
    'ö?.x',
    '[+--]b.x',
  ];
  const paths = [
    'a',
    'b.x',
    'a/b.x',
    'a/c/b.x',
    'c/a/b.x',
    'd.x',
    ']b',
    ']a].x',
    '].x',
    'b-x',
    'a+b.x',
    '-b.x',
    '1.x',
    'öä.x',
    'a/aa.x',
    'x',
  ];

  it('matches as git does', async () => {
    const repository = await createGitRepository();
    try {
      for (const pattern of patterns) {
        await repository.write({ '.gitattributes': `${pattern} linguist-generated\n` });
        const output = await repository.git('check-attr', '-z', 'linguist-generated', '--', ...paths);
        const expected = output.split('\0').filter((_field, at) => at % 3 === 2);
        const of = rule([], ['.gitattributes', `${pattern} linguist-generated\n`]);

        const got = paths.map((path) => (of(path) === 'linguist_generated' ? 'set' : 'unspecified'));

        expect(got, pattern).toEqual(expected);
      }
    } finally {
      await repository.cleanup();
    }
  });

  it('ignores a class that does not exist', () => {
    expect(attributePattern('[[:none:]].x')).toBeNull();
  });
});

describe('a large tree', () => {
  it('is judged in well under 300 ms', () => {
    const paths = Array.from({ length: 100_000 }, (_, n) => `packages/p${n % 300}/src/m${n % 7}/deep/file-${n}.ts`);
    const attributes = Array.from(
      { length: 50 },
      (_, n) => [`packages/p${n}/.gitattributes`, '*.pb.ts linguist-generated'] as const,
    );
    const judge = (): number => {
      const before = process.cpuUsage();
      const of = rule(
        ['*.log', 'dist/', 'coverage/**', '!keep.log', '/docs/*.md', '*.snap', 'tmp', '**/fixtures/**'],
        ['.gitattributes', 'gen/** linguist-generated\n*.gen.ts linguist-generated\n'],
        ...attributes,
      );
      expect(paths.every((path) => of(path) === null)).toBe(true);
      return process.cpuUsage(before).user / 1000;
    };

    // Processor time, and the best of three: other tests share the machine's cores.
    expect(Math.min(judge(), judge(), judge())).toBeLessThan(300);
  });
});
