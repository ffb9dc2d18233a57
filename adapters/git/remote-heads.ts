import { BranchName, Oid } from '../../core/contract/ids.ts';
import { SourceUnusableError } from '../../core/domain/errors.ts';
import type { RemoteHeads } from '../../core/ports/git-source.ts';

const symbolicHead = /^ref: refs\/heads\/(.+)\tHEAD$/;
const branchHead = /^([0-9a-f]+)\trefs\/heads\/(.+)$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the output of `ls-remote --symref`. Branches whose name is not one by {@link BranchName} (git's rules, and valid
 * UTF-8) are left out: a request cannot name them.
 * @throws SourceUnusableError beyond `maxBytes`.
 */
export const readRemoteHeads = async (
  output: AsyncIterable<Buffer>,
  maxBytes: number,
  headOnly = false,
): Promise<RemoteHeads> => {
  const branches = new Map<string, string>();
  let defaultBranch: string | null = null;
  for await (const line of splitLines(output, maxBytes)) {
    const symbolic = symbolicHead.exec(line)?.[1];
    if (symbolic !== undefined) defaultBranch = symbolic;
    const [, oid, name] = branchHead.exec(line) ?? [];
    if (Oid.safeParse(oid).success && BranchName.safeParse(name).success) branches.set(name as string, oid as string);
  }
  // Of a HEAD that names no branch that is there, a server that lists HEAD alone says nothing.
  const isThere = defaultBranch !== null && (headOnly || branches.has(defaultBranch));
  return { defaultBranch: isThere ? defaultBranch : null, branches };
};

async function* splitLines(output: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let total = 0;
  for await (const chunk of output) {
    total += chunk.length;
    if (total > maxBytes)
      throw new SourceUnusableError(`the source lists more than ${maxBytes} bytes of references`, {
        reason: 'too_large',
      });
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, start)) {
      const line = decode(rest.subarray(start, end));
      if (line !== null) yield line;
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
}

const decode = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
};
