import { branchNames, type Edit, type SourceOperation } from './history.ts';
import { type File, MemoryRepository } from './memory/memory-repository.ts';
import type { Simulation } from './simulation.ts';

/** Where files stand. Some are left out by every rule, some share blobs under another language. */
export const paths = [
  'a.ts',
  'b.py',
  'lib/c.ts',
  'd.md',
  'gen/e.ts',
  'f.ts',
  'lib/deep/g.py',
  'link',
  '.gitattributes',
  'h',
] as const;

/** What repositories and requests ignore. */
export const ignored = { repository: ['*.md'], request: ['lib/'] } as const;

const attributes = 'gen/** linguist-generated\n';
const line = (n: number): string => `export const walrus${n} = "narwhal ${n * 7919}";`;

/** Contents: some lines are in several, one is empty, one binary, one cannot be embedded while the embedder is poisoned. */
const contentOf = (n: number): string => {
  if (n === 0) return '';
  if (n === 1) return 'a\0b';
  if (n === 2) return `${line(0)}\n// poison\n${line(1)}\n`;
  // More bytes than characters.
  if (n === 14) return '// Walroß und Narwal, größer als 40 € je Stück\n// ééééééééééééééééééééééééééééééééé';
  return Array.from({ length: 1 + (n % 5) }, (_, at) => line((n * 3 + at) % 17)).join('\n');
};

const fileOf = (path: string, content: number): File => {
  if (path === '.gitattributes') return { content: content % 2 === 0 ? attributes : '# none\n' };
  if (path === 'link') return { content: 'a.ts', mode: '120000' };
  return { content: contentOf(content) };
};

export type Files = ReadonlyMap<string, File>;

export const edited = (files: Files, edits: readonly Edit[]): Files => {
  const after = new Map(files);
  for (const edit of edits) {
    const path = paths[edit.path] as string;
    if (edit.kind === 'put') after.set(path, fileOf(path, edit.content));
    const moved = after.get(path);
    if (edit.kind !== 'put') after.delete(path);
    const to = edit.kind === 'rename' ? (paths[edit.to] as string) : null;
    if (to !== null && moved !== undefined && to !== '.gitattributes' && to !== 'link') after.set(to, moved);
  }
  return after;
};

/** A git repository outside of the service, and everything that was ever in it. */
export class Source {
  readonly repository = new MemoryRepository();
  readonly #files = new Map<string, Files>();
  readonly #parents = new Map<string, string | undefined>();
  readonly #simulation: Simulation;
  /** Which commit a branch was at, from when on. */
  readonly moves: { readonly at: number; readonly branch: string; readonly commit: string | null }[] = [];
  /** Which branch HEAD named, from when on. */
  readonly #heads: { readonly at: number; readonly branch: string | null }[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#heads.push({ at: 0, branch: this.repository.head });
  }

  /** The branches that HEAD has named since then. */
  headsSince(milliseconds: number): ReadonlySet<string | null> {
    const last = this.#heads.findLastIndex(({ at }) => at <= milliseconds);
    return new Set(this.#heads.slice(Math.max(0, last)).map(({ branch }) => branch));
  }

  /** What was committed, also when git has forgotten it. */
  files(commit: string): Files | undefined {
    return this.#files.get(commit);
  }

  apply(operation: SourceOperation): void {
    const { branches, tags } = this.repository;
    const branch = 'branch' in operation ? (branchNames[operation.branch] as string) : '';
    const tip = branches.get(branch);
    switch (operation.kind) {
      case 'commit':
        // A branch begins where the others are, if there are any.
        this.#commit(branch, tip ?? branches.get('main') ?? [...branches.values()][0], operation.edits);
        return;
      case 'revert': {
        const before = tip === undefined ? undefined : this.#parents.get(tip);
        if (tip !== undefined && before !== undefined) this.#commit(branch, tip, [], this.files(before));
        return;
      }
      case 'create-branch': {
        const from = branches.get(branchNames[operation.from] as string);
        if (from !== undefined && tip === undefined) this.#move(branch, from);
        return;
      }
      case 'delete-branch':
        if (branches.size > 1) this.#move(branch, null);
        return;
      case 'force-push': {
        let to = tip;
        for (let step = 0; step < operation.back && to !== undefined; step++) to = this.#parents.get(to) ?? to;
        // Not a commit that gc has removed.
        if (to !== undefined && this.repository.commitOf(to) !== undefined) this.#commit(branch, to, []);
        return;
      }
      case 'tag':
        if (tip !== undefined) tags.set(`t${tags.size}`, tip);
        return;
      case 'delete-tags':
        tags.clear();
        return;
      case 'move-head':
        // Also to one that is not there: git allows it.
        this.repository.head = branch;
        this.#heads.push({ at: this.#simulation.milliseconds, branch });
        return;
      case 'gc':
        this.repository.gc();
        return;
      default:
        operation satisfies never;
    }
  }

  #commit(branch: string, parent: string | undefined, edits: readonly Edit[], base?: Files): void {
    const files = edited(base ?? (parent === undefined ? undefined : this.files(parent)) ?? new Map(), edits);
    const commit = this.repository.commit(files, parent === undefined ? [] : [parent]);
    this.#files.set(commit, files);
    this.#parents.set(commit, parent);
    this.#move(branch, commit);
  }

  #move(branch: string, commit: string | null): void {
    if (commit === null) this.repository.branches.delete(branch);
    else this.repository.branches.set(branch, commit);
    this.moves.push({ at: this.#simulation.milliseconds, branch, commit });
  }
}

/** Whether a file's content may be in an index, whatever the rules for its path are. */
export const isText = ({ content, mode }: File): boolean =>
  mode === undefined && content.trim() !== '' && !content.includes('\0');

/** Whether the file has to be in the index, under the patterns of its repository. */
export const isIndexable = (path: string, files: Files, patterns: readonly string[]): boolean => {
  const file = files.get(path);
  if (file === undefined || !isText(file)) return false;
  if (patterns.includes('*.md') && path.endsWith('.md')) return false;
  if (patterns.includes('lib/') && path.startsWith('lib/')) return false;
  return !(path.startsWith('gen/') && files.get('.gitattributes')?.content === attributes);
};
