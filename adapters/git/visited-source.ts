import type { Held, RemoteHeads, Visit } from '../../core/ports/git-source.ts';
import type { BareRepository } from './bare-repository.ts';
import { type Conversation, converse } from './conversation.ts';
import { sourceFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import type { Packet } from './packets.ts';
import { readRemoteHeads } from './remote-heads.ts';
import type { SourceAddress } from './source-address.ts';

/** A conversation with a server that has told where its branches are: what changed is asked in the same one. */
export interface Visited {
  readonly conversation: Conversation;
  /** Of those branches. */
  readonly branches: ReadonlySet<string>;
  close(): Promise<void>;
}

interface Parts {
  /** Belongs to the visit once heads are read, until then to the caller. */
  readonly repository: BareRepository;
  readonly address: SourceAddress;
  readonly limits: GitLimits;
  readonly signal: AbortSignal;
}

/** What visits hold, and for which address, with credentials and all. */
const visits = new WeakMap<Held, Visited & { readonly settings: string }>();

/**
 * Where the branches are, in a conversation that is left to the visit. Null where there can be none: then they are listed by git itself.
 * @throws the errors of {@link sourceFailure}
 */
export const headsInVisit = async (parts: Parts, visit: Visit): Promise<RemoteHeads | null> => {
  const { repository, address, limits } = parts;
  const patience = { silenceMs: limits.headsSilenceMs, ms: limits.headsMs, late: 'no_answer' } as const;
  await visit.held?.close();
  visit.held = undefined;
  const conversation = await converse(parts, patience);
  if (conversation === null) return null;
  const close = async (): Promise<void> => {
    await conversation.close();
    await repository.remove();
  };
  try {
    const packets = conversation.ask('ls-refs', ['symrefs', 'ref-prefix HEAD', 'ref-prefix refs/heads/'], patience);
    const heads = await readRemoteHeads(asListed(packets), limits.refBytes);
    const held = { close };
    const branches = new Set(heads.branches.keys());
    visits.set(held, { conversation, branches, close, settings: JSON.stringify(address.settings) });
    visit.held = held;
    return heads;
  } catch (error) {
    await close();
    throw await sourceFailure(error, address, 'no_answer');
  }
};

/** The conversation that the visit holds, if it is with this address. It is the caller's from here on. */
export const takeVisited = ({ settings }: SourceAddress, visit: Visit | undefined): Visited | null => {
  const visited = visit?.held === undefined ? undefined : visits.get(visit.held);
  if (visit === undefined || visited === undefined || visited.settings !== JSON.stringify(settings)) return null;
  visit.held = undefined;
  return visited;
};

/** Lines `<oid> <name>[ symref-target:<name>]` as `ls-remote --symref` prints them. */
export async function* asListed(packets: AsyncIterable<Packet>): AsyncGenerator<Buffer> {
  for await (const packet of packets) {
    if (typeof packet === 'string') continue;
    const line = packet.toString('latin1').replace(/\n$/, '');
    const [oid = '', name = '', ...attributes] = line.split(' ');
    const target = attributes.find((attribute) => attribute.startsWith('symref-target:'))?.slice(14);
    const symbolic = target === undefined ? '' : `ref: ${target}\t${name}\n`;
    yield Buffer.from(`${symbolic}${oid}\t${name}\n`, 'latin1');
  }
}
