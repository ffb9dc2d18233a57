import { PassThrough } from 'node:stream';
import type { FailureReason } from '../../core/domain/failure-reasons.ts';
import type { BareRepository, ObjectFormat } from './bare-repository.ts';
import { ByteReader } from './byte-reader.ts';
import { sourceFailure } from './git-failure.ts';
import type { GitLimits } from './git-limits.ts';
import { GitTimeoutError, streamGit } from './git-process.ts';
import { garbled, type Packet, readPacket, requestText } from './packets.ts';
import type { SourceAddress } from './source-address.ts';

/**
 * Several requests to one server over one connection, by one git process: `git remote-http`, git's own way to a server (see `stateless-connect` in
 * gitremote-helpers(7)). Addresses, credentials, certificates and redirects are git's matter, as in every other call. `git fetch` could not be
 * used: it asks for what changed only where it has what there was before, and connects anew each time.
 */
export interface Conversation {
  /** What the server can do, by name; a name without a value has an empty one. */
  readonly abilities: ReadonlyMap<string, string>;
  /**
   * The packets of the answer. One request at a time, and each answer is read to its end or not at all any more: after that the conversation
   * is over. @throws the errors of {@link sourceFailure}
   */
  ask(command: string, args: Iterable<string>, patience?: Patience): AsyncGenerator<Packet>;
  /** Ends it at once; anyone who waits for an answer gets this error. */
  stop(why: unknown): void;
  close(): Promise<void>;
}

/** How long an answer may take. */
export interface Patience {
  /** Milliseconds without a byte. */
  readonly silenceMs: number;
  /** Milliseconds for the whole; what it means that they are over. */
  readonly ms?: number;
  readonly late?: FailureReason;
}

export interface ConversationParts {
  /** Where the helper process looks for settings; nothing is written there. */
  readonly repository: BareRepository;
  readonly address: SourceAddress;
  readonly limits: GitLimits;
  readonly signal: AbortSignal;
}

/**
 * Connects.
 * @param greeting how long that may take.
 * @returns Null where the server does not speak version 2 of the protocol, or the source is no server. @throws the errors of {@link sourceFailure}
 */
export const converse = async (
  parts: ConversationParts,
  greeting: Patience = { silenceMs: parts.limits.fetchSilenceMs },
): Promise<Conversation | null> => {
  const { repository, address, limits } = parts;
  if (address.protocol === 'file') return null;
  const url = address.settings.find(([name]) => name === 'remote.origin.url')?.[1] ?? '';
  const input = new PassThrough();
  const silence = new AbortController();
  const reader = new ByteReader(
    streamGit({
      args: [`remote-${address.protocol}`, 'origin', url],
      env: repository.environment(address.protocol, address.settings),
      cwd: repository.gitDir,
      input,
      signal: AbortSignal.any([parts.signal, silence.signal]),
      timeoutMs: limits.fetchMs,
    }),
  );
  /** Between two requests nothing is waited for: so it is not the process that is watched. */
  const inTime = async <T>(work: Promise<T>, { silenceMs, late }: Patience): Promise<T> => {
    const timer = setTimeout(() => silence.abort(new GitTimeoutError(silenceMs, true)), silenceMs);
    try {
      return await work;
    } catch (error) {
      throw await sourceFailure(error, address, late);
    } finally {
      clearTimeout(timer);
    }
  };
  const nextIn = (patience: Patience) => async (): Promise<Packet> =>
    (await inTime(readPacket(reader), patience)) ?? Promise.reject(garbled());
  const usual: Patience = { silenceMs: limits.fetchSilenceMs };
  const close = async (): Promise<void> => {
    input.end();
    await reader.close();
  };
  try {
    input.write('stateless-connect git-upload-pack\n');
    const abilities = (await inTime(reader.line(), greeting)) === '' ? await readAbilities(nextIn(greeting)) : null;
    if (abilities === null) {
      await close();
      return null;
    }
    const format = abilities.get('object-format');
    const used = ['agent=git/repository-sync', ...(format === undefined ? [] : [`object-format=${format}`])];
    return {
      abilities,
      async *ask(command, args, patience = usual) {
        const { ms } = patience;
        const stop = (): void => silence.abort(new GitTimeoutError(ms ?? 0, false));
        const timer = ms === undefined ? undefined : setTimeout(stop, ms);
        const next = nextIn(patience);
        let ended = false;
        try {
          input.write(requestText(command, used, args));
          let last: Packet = 'end';
          for (;;) {
            const packet = await next();
            if (packet === 'end') break;
            last = packet;
            yield packet;
          }
          // An answer ends with a flush. The helper ends one that broke off, or that was an error, as it ends any other; only then it fails.
          if (last !== 'flush') {
            await next();
            throw garbled();
          }
          ended = true;
        } finally {
          clearTimeout(timer);
          if (!ended) await close();
        }
      },
      stop: (why) => silence.abort(why),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The server's first words: null for those of another version. */
const readAbilities = async (next: () => Promise<Packet>): Promise<ReadonlyMap<string, string> | null> => {
  const abilities = new Map<string, string>();
  for (let packet = await next(); packet !== 'flush'; packet = await next()) {
    const [name = '', ...value] = packet.toString('latin1').trimEnd().split('=');
    abilities.set(name, value.join('='));
  }
  return abilities.has('version 2') ? abilities : null;
};

export const otherHash = 'it has changed its hash';

/** Why the server cannot be asked for parts, in words; null: it can. */
export const lackOf = ({ abilities }: Conversation, format: ObjectFormat): string | null => {
  if (!(abilities.get('fetch') ?? '').split(' ').includes('filter')) return 'it has no filters';
  return (abilities.get('object-format') ?? 'sha1') === format ? null : otherHash;
};
