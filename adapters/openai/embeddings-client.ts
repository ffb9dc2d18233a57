import { setTimeout as sleep } from 'node:timers/promises';
import { EmbedderThrottledError } from '../../core/domain/errors.ts';
import { type EmbeddingsOutcome, type EmbeddingsService, requestEmbeddings } from './embeddings-request.ts';

export type Kind = 'document' | 'query';

/** How often, and for how long, a service is asked, by what for. */
interface Patience {
  readonly tries: number;
  readonly timeoutMilliseconds: number;
  /** A service that wants a longer pause than this is not waited for: the caller tries again later. */
  readonly mostWaitSeconds: number;
}

const patience: Readonly<Record<Kind, Patience>> = {
  // Someone waits for the answer.
  query: { tries: 2, timeoutMilliseconds: 10_000, mostWaitSeconds: 2 },
  // A model on a processor takes its time. 5 × 60 s and four waits of 60 s: at most 9 minutes, and a batch has 15. The workflow's own tries come after these.
  document: { tries: 5, timeoutMilliseconds: 60_000, mostWaitSeconds: 60 },
};
/** Before the second try; doubled for each further one, and drawn at random below that. */
const FIRST_WAIT_SECONDS = 1;
/** A text is not cut to less than this: what is refused then is not refused for its length. */
const LEAST_CHARACTERS = 64;

export interface EmbeddingsClientOptions {
  readonly service: EmbeddingsService;
  /** Asked of the service; absent: what the model has. */
  readonly dimensions?: number | undefined;
  readonly now?: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  readonly timeoutMilliseconds?: number | undefined;
}

/** Vectors as the service has them, one a text, in order: as many texts as one request may have. */
export type EmbeddingsClient = (texts: readonly string[], kind: Kind) => Promise<readonly (readonly number[])[]>;

/**
 * Asks until it is answered, for a while: throws EmbedderThrottledError or EmbedderUnavailableError then, and at once EmbedderRefusedError for what an operator has to
 * change. A pause that the service asks for (429) holds for all that this client is asked for. What is too long for one request is
 * asked for in two; of a single text that is too long its end is cut off.
 */
export const createEmbeddingsClient = (options: EmbeddingsClientOptions): EmbeddingsClient => {
  const { service, dimensions, now = Date.now, random = Math.random, wait = sleep } = options;
  let pausedUntil = 0;

  const ask = async (texts: readonly string[], kind: Kind): Promise<Exclude<EmbeddingsOutcome, { kind: 'busy' }>> => {
    const { tries, mostWaitSeconds, ...usual } = patience[kind];
    const timeoutMilliseconds = options.timeoutMilliseconds ?? usual.timeoutMilliseconds;
    for (let attempt = 1; ; attempt++) {
      const paused = pausedUntil - now();
      if (paused > mostWaitSeconds * 1000)
        throw new EmbedderThrottledError('the embedding service asks for fewer requests, and for a longer pause');
      if (paused > 0) await wait(paused);
      const outcome = await requestEmbeddings(service, { texts, dimensions, timeoutMilliseconds });
      if (outcome.kind !== 'busy') return outcome;
      const seconds = outcome.seconds ?? random() * FIRST_WAIT_SECONDS * 2 ** (attempt - 1);
      const isThrottled = outcome.error instanceof EmbedderThrottledError;
      if (isThrottled) pausedUntil = Math.max(pausedUntil, now() + seconds * 1000);
      if (attempt === tries || seconds > mostWaitSeconds) throw outcome.error;
      if (!isThrottled) await wait(seconds * 1000);
    }
  };

  const vectorsOf: EmbeddingsClient = async (texts, kind) => {
    const outcome = await ask(texts, kind);
    if (outcome.kind === 'vectors') return outcome.vectors;
    const [first = ''] = texts;
    if (texts.length > 1) {
      const half = Math.ceil(texts.length / 2);
      return [...(await vectorsOf(texts.slice(0, half), kind)), ...(await vectorsOf(texts.slice(half), kind))];
    }
    if (first.length <= LEAST_CHARACTERS) throw outcome.error;
    return vectorsOf([first.slice(0, Math.ceil(first.length / 2)).toWellFormed()], kind);
  };
  return vectorsOf;
};
