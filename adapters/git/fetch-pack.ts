import { join } from 'node:path';
import type { Conversation, ConversationParts } from './conversation.ts';
import { readFailure } from './git-failure.ts';
import { runGit } from './git-process.ts';
import { garbled, type Packet } from './packets.ts';

export interface PackRequest {
  /** Commits and trees, by id. */
  readonly wants: Iterable<string>;
  /** Commits and trees: what they lead to is not sent. */
  readonly haves?: Iterable<string>;
  readonly filter: 'blob:none' | 'tree:0' | `blob:limit=${number}`;
  readonly depth?: number;
  /** Without it the server sends nothing unless every wanted commit descends from the one that is had. */
  readonly done: boolean;
  /** The pack may be as long. */
  readonly maxBytes: number;
  /** It may have so many objects, which it says at its beginning. */
  readonly maxObjects?: number;
}

export type PackOutcome =
  /** Its objects are in the repository now; `index` lists them, see pack-index.ts. */
  | { readonly kind: 'packed'; readonly index: string }
  /** Nothing was sent: the server has what is had, and what is wanted does not descend from it. */
  | { readonly kind: 'diverged' }
  /** Nothing was sent, or not all of it. Why, in words for the log; `isOver`: nothing more can be asked in this conversation. */
  | { readonly kind: 'none'; readonly why: string; readonly isOver: boolean };

/** Asks for objects and puts them into the repository, checked by git as those of a fetch are. @throws the errors of the conversation, SourceUnusableError */
export const fetchPack = async (
  parts: ConversationParts & { readonly conversation: Conversation },
  request: PackRequest,
): Promise<PackOutcome> => {
  const packets = parts.conversation.ask('fetch', argumentsOf(request));
  const told: string[] = [];
  for (let section = ''; ; ) {
    const next = await packets.next();
    if (next.done || next.value === 'end') break;
    if (next.value === 'flush' || next.value === 'delimiter') {
      section = '';
      continue;
    }
    const line = next.value.toString('latin1').trimEnd();
    if (line.startsWith('ERR ')) {
      await packets.return(undefined);
      return { kind: 'none', why: `the server refuses it: ${line.slice(4, 200)}`, isOver: true };
    }
    if (section !== '') told.push(line);
    else if (line === 'packfile') return indexPack(parts, packets, request);
    else section = line;
  }
  return told.some((line) => line.startsWith('ACK '))
    ? { kind: 'diverged' }
    : { kind: 'none', why: 'the server does not have the old commit any more', isOver: false };
};

function* argumentsOf({ wants, haves = [], filter, depth, done }: PackRequest): Generator<string> {
  yield 'ofs-delta';
  yield 'no-progress';
  for (const oid of wants) yield `want ${oid}`;
  for (const oid of haves) yield `have ${oid}`;
  if (depth !== undefined) yield `deepen ${depth}`;
  yield `filter ${filter}`;
  if (done) yield 'done';
}

const dataBand = 1;
const errorBand = 3;
/** A pack's first bytes: its name, its version, and how many objects it has; gitformat-pack(5). */
const packHead = { bytes: 12, count: 8 };

const indexPack = async (
  { repository, address, limits, signal }: ConversationParts,
  packets: AsyncGenerator<Packet>,
  { maxBytes, maxObjects = Number.POSITIVE_INFINITY }: PackRequest,
): Promise<PackOutcome> => {
  let failure: unknown = null;
  let none: PackOutcome | null = null;
  const giveUp = (why: string): void => {
    none ??= { kind: 'none', why, isOver: true };
  };
  async function* pack(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      // Not `for await`: git may end before the last packets are here, and that must not end the conversation.
      for (let next = await packets.next(); !next.done; next = await packets.next()) {
        const packet = next.value;
        if (typeof packet === 'string') continue;
        const band = packet[0];
        if (band === errorBand) giveUp(`the server broke off: ${packet.toString('latin1', 1, 200).trim()}`);
        // Git sends the head in one piece. Where it comes in several, the bytes alone count.
        const hasHead = band === dataBand && bytes === 0 && packet.length > packHead.bytes;
        if (hasHead && packet.readUInt32BE(1 + packHead.count) > maxObjects)
          giveUp(`what changed are more than ${maxObjects} objects`);
        bytes += packet.length - 1;
        if (bytes > maxBytes) giveUp(`what changed takes more than ${maxBytes} bytes`);
        if (none !== null) throw garbled();
        if (band === dataBand) yield packet.subarray(1);
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  try {
    const { stdout } = await runGit({
      args: ['index-pack', '--stdin', '--promisor', '--fsck-objects'],
      // Blobs that fsck would look into are absent on purpose.
      env: repository.environment(null, [['remote.origin.promisor', 'true']]),
      cwd: repository.gitDir,
      input: pack(),
      signal,
      timeoutMs: limits.processMs,
    });
    while (!(await packets.next()).done);
    // It says `pack`, a tab and the pack's name.
    const name = stdout.toString('latin1').trim().split('\t')[1] ?? '';
    return { kind: 'packed', index: join(repository.gitDir, 'objects', 'pack', `pack-${name}.idx`) };
  } catch (error) {
    if (none !== null) return none;
    throw failure ?? (await readFailure(error, address.label, repository));
  } finally {
    await packets.return(undefined);
  }
};
