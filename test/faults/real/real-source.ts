import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import type { SourceOperation } from '../history.ts';
import { branchNames } from '../history.ts';
import type { File } from '../memory/memory-repository.ts';
import { edited, type Files } from '../truth.ts';

/** Words that no other file has: these are found when they are asked for. */
const bulkFile = (n: number, version: number): File => ({
  content: Array.from({ length: 30 }, (_, line) => `let quokka${n}x${line} = ${version * 1000 + line};`).join('\n'),
});

/** A real git repository, and everything that was ever committed to it. */
export class RealSource {
  readonly git: GitRepository;
  readonly #files = new Map<string, Files>();
  readonly #parents = new Map<string, string | undefined>();
  #versions = 0;
  #tags = 0;

  constructor(git: GitRepository) {
    this.git = git;
  }

  static async create(): Promise<RealSource> {
    return new RealSource(await createGitRepository());
  }

  /** What was committed, also when git has forgotten it. */
  files(commit: string): Files | undefined {
    return this.#files.get(commit);
  }

  async branches(): Promise<ReadonlyMap<string, string>> {
    const lines = await this.git.git('for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/heads');
    return new Map(lines.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])));
  }

  async bulk(files: number): Promise<void> {
    const branches = await this.branches();
    const tip = branches.get('main') ?? [...branches.values()][0];
    const version = ++this.#versions;
    const after = new Map(this.#filesAt(tip));
    for (let n = 0; n < files; n++) after.set(`bulk/q${n}.ts`, bulkFile(n, version));
    await this.#commit('main', tip, after);
  }

  async apply(operation: SourceOperation): Promise<void> {
    const branches = await this.branches();
    const branch = 'branch' in operation ? (branchNames[operation.branch] as string) : '';
    const tip = branches.get(branch);
    switch (operation.kind) {
      case 'commit': {
        // A branch begins where the others are, if there are any.
        const from = tip ?? branches.get('main') ?? [...branches.values()][0];
        await this.#commit(branch, from, edited(this.#filesAt(from), operation.edits));
        return;
      }
      case 'revert': {
        const before = tip === undefined ? undefined : this.#parents.get(tip);
        if (before !== undefined) await this.#commit(branch, tip, this.#filesAt(before));
        return;
      }
      case 'create-branch': {
        const from = branches.get(branchNames[operation.from] as string);
        if (from !== undefined && tip === undefined) await this.git.git('update-ref', `refs/heads/${branch}`, from);
        return;
      }
      case 'delete-branch':
        if (branches.size > 1 && tip !== undefined) await this.git.git('update-ref', '-d', `refs/heads/${branch}`);
        return;
      case 'force-push': {
        let to = tip;
        for (let step = 0; step < operation.back && to !== undefined; step++) to = this.#parents.get(to) ?? to;
        if (to !== undefined && (await this.#has(to))) await this.#commit(branch, to, this.#filesAt(to));
        return;
      }
      case 'tag':
        if (tip !== undefined) await this.git.git('tag', '-f', `t${this.#tags++}`, tip);
        return;
      case 'delete-tags':
        for (const tag of (await this.git.git('tag')).split('\n')) if (tag !== '') await this.git.git('tag', '-d', tag);
        return;
      case 'move-head':
        await this.git.git('symbolic-ref', 'HEAD', `refs/heads/${branch}`);
        return;
      case 'gc':
        await this.git.git('reflog', 'expire', '--expire=now', '--all');
        await this.git.git('gc', '--quiet', '--prune=now');
        return;
      default:
        operation satisfies never;
    }
  }

  #filesAt(commit: string | undefined): Files {
    return (commit === undefined ? undefined : this.#files.get(commit)) ?? new Map();
  }

  async #has(commit: string): Promise<boolean> {
    return this.git.git('cat-file', '-e', commit).then(
      () => true,
      () => false,
    );
  }

  async #commit(branch: string, parent: string | undefined, files: Files): Promise<void> {
    const seconds = 1_700_000_000 + 3600 * this.#files.size;
    const message = `commit ${this.#files.size}`;
    const lines = [
      `commit refs/heads/${branch}`,
      `committer Ada <ada@example.com> ${seconds} +0000`,
      `data ${message.length}`,
      message,
      ...(parent === undefined ? [] : [`from ${parent}`]),
      'deleteall',
    ];
    for (const [path, { content, mode = '100644' }] of files)
      lines.push(`M ${mode} inline ${path}`, `data ${Buffer.byteLength(content)}`, content);
    await this.git.gitWithInput(`${lines.join('\n')}\n`, 'fast-import', '--quiet', '--force');
    const commit = await this.git.head(`refs/heads/${branch}`);
    this.#files.set(commit, files);
    this.#parents.set(commit, parent);
  }
}
