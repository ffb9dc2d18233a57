import { createHash } from 'node:crypto';
import { pathFromBytes } from '../../../core/manifest/git-path.ts';
import type { TreeEntry } from '../../../core/manifest/manifest.ts';

interface GitObject {
  readonly type: string;
  readonly content: Buffer;
}

interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** A file of a tree that is to be committed: its content, and its mode unless it is a plain file's. */
export interface File {
  readonly content: string;
  readonly mode?: string;
}

/** A git repository's objects and branches in memory. The objects are git's own, byte by byte, and so are their names. */
export class MemoryRepository {
  readonly objects = new Map<string, GitObject>();
  readonly branches = new Map<string, string>();
  readonly tags = new Map<string, string>();
  /** Commits whose parents are not here. */
  readonly shallow = new Set<string>();
  /** The branch that HEAD names; null when it is detached. */
  head: string | null = 'main';
  #commits = 0;

  put(type: string, content: Buffer): string {
    const oid = createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
    this.objects.set(oid, { type, content });
    return oid;
  }

  /** Commits these files, by their paths; no branch moves. */
  commit(files: ReadonlyMap<string, File>, parents: readonly string[]): string {
    const tree = this.#putTree([...files].map(([path, file]) => ({ names: path.split('/'), file })));
    const when = `Ada <ada@example.com> ${1_700_000_000 + 3600 * ++this.#commits} +0000`;
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${when}`,
      `committer ${when}`,
      '',
      `commit ${this.#commits}\n`,
    ];
    return this.put('commit', Buffer.from(lines.join('\n')));
  }

  #putTree(files: readonly { readonly names: readonly string[]; readonly file: File }[]): string {
    const below = Map.groupBy(files, ({ names }) => names[0] as string);
    const entries = [...below].map(([name, group]) => {
      const [first] = group;
      if (first !== undefined && first.names.length === 1) {
        const { content, mode = '100644' } = first.file;
        return { name, order: name, mode, oid: this.put('blob', Buffer.from(content)) };
      }
      const oid = this.#putTree(group.map(({ names, file }) => ({ names: names.slice(1), file })));
      return { name, order: `${name}/`, mode: '40000', oid };
    });
    entries.sort((a, b) => Buffer.compare(Buffer.from(a.order), Buffer.from(b.order)));
    return this.put(
      'tree',
      Buffer.concat(
        entries.flatMap(({ mode, name, oid }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
      ),
    );
  }

  /** The object, if it is here and of this type. */
  read(oid: string, type: string): Buffer | undefined {
    const found = this.objects.get(oid);
    return found?.type === type ? found.content : undefined;
  }

  commitOf(oid: string): Commit | undefined {
    const text = this.read(oid, 'commit')?.toString('utf8');
    if (text === undefined) return undefined;
    const [header = ''] = text.split('\n\n', 1);
    const named = (what: string) =>
      [...header.matchAll(new RegExp(`^${what} ([0-9a-f]+)$`, 'gm'))].map((m) => m[1] as string);
    return { tree: named('tree')[0] as string, parents: this.shallow.has(oid) ? [] : named('parent') };
  }

  /** Everything below a tree, in git's order. */
  *list(tree: string, prefix: Buffer = Buffer.alloc(0)): Generator<TreeEntry> {
    const content = this.read(tree, 'tree') ?? Buffer.alloc(0);
    const oidBytes = tree.length / 2;
    for (let at = 0; at < content.length; ) {
      const space = content.indexOf(32, at);
      const zero = content.indexOf(0, space);
      const mode = content.toString('latin1', at, space).padStart(6, '0');
      const name = Buffer.concat([prefix, content.subarray(space + 1, zero)]);
      const oid = content.toString('hex', zero + 1, zero + 1 + oidBytes);
      at = zero + 1 + oidBytes;
      if (mode === '040000') yield* this.list(oid, Buffer.concat([name, Buffer.from('/')]));
      else yield { path: pathFromBytes(name), mode, oid, size: null };
    }
  }

  /** A commit and all that it comes from. */
  ancestors(commit: string): ReadonlySet<string> {
    const seen = new Set<string>();
    for (const queue = [commit]; queue.length > 0; ) {
      const next = queue.pop() as string;
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(...(this.commitOf(next)?.parents ?? []));
    }
    return seen;
  }

  /** Removes what no branch and no tag leads to, as `git gc --prune=now` does. */
  gc(): void {
    const live = new Set<string>();
    for (const tip of [...this.branches.values(), ...this.tags.values()])
      for (const commit of this.ancestors(tip)) {
        live.add(commit);
        this.#mark(this.commitOf(commit)?.tree ?? '', live);
      }
    for (const oid of this.objects.keys()) if (!live.has(oid)) this.objects.delete(oid);
  }

  #mark(tree: string, live: Set<string>): void {
    if (live.has(tree)) return;
    live.add(tree);
    const content = this.read(tree, 'tree') ?? Buffer.alloc(0);
    for (let at = 0; at < content.length; ) {
      const zero = content.indexOf(0, at);
      const oid = content.toString('hex', zero + 1, zero + 21);
      if (content.toString('latin1', at, at + 6) === '40000 ') this.#mark(oid, live);
      else live.add(oid);
      at = zero + 21;
    }
  }
}
