import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Job } from './api-types.ts';
import { ProblemError, UnreachableError } from './errors.ts';
import { encodedPart } from './path-part.ts';
import { pause, request, type Transport } from './request.ts';

export interface JobEvent {
  /** Names the state that `job` is in: give it as `after` to go on from there. */
  readonly id: string;
  readonly type: 'progress' | 'completed' | 'completed_with_errors' | 'failed' | 'cancelled';
  readonly job: Job;
}

export interface FollowOptions {
  readonly signal?: AbortSignal | undefined;
  /** The id of the last event that is known. */
  readonly after?: string | undefined;
}

/** A comment comes each 15 s at least: a stream that is silent for this long is dead. */
const SILENCE_MILLISECONDS = 60_000;
/** Before the stream says how long: its `retry`. */
const RETRY_MILLISECONDS = 1_000;
/** A service that is away for longer than this is given up. */
const MOST_LOST = 30;

/**
 * A job's states, from how it is now to its end, as the service sends them (server-sent events). A stream that ends early, as each does behind
 * API Gateway, is taken up where it was. Leave the loop, or abort the signal, to stop.
 */
export async function* followJob(
  transport: Transport,
  jobId: string,
  { signal, after }: FollowOptions = {},
): AsyncGenerator<JobEvent, void> {
  const place = { id: after, retry: RETRY_MILLISECONDS };
  // Here: an id that no address can have is not to be tried again.
  const path = `/api/jobs/${encodedPart('job_id', jobId)}/events`;
  for (let lost = 0; ; ) {
    try {
      for await (const event of oneStream(transport, path, place, signal)) {
        lost = 0;
        if (event === null) return;
        place.id = event.id;
        yield event;
        if (event.type !== 'progress') return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      // What the service refuses it refuses again; a stream that is cut off has no status.
      if (error instanceof ProblemError && error.status < 500) throw error;
      lost += 1;
      if (lost > MOST_LOST) throw error;
    }
    await pause(place.retry, signal);
  }
}

/** The events of one answer; null where the last event was the job's end. */
async function* oneStream(
  transport: Transport,
  path: string,
  place: { readonly id: string | undefined; retry: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent | null> {
  const left = new AbortController();
  const both = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  let silence: ReturnType<typeof setTimeout> | undefined;
  // A browser's timers cannot be refreshed.
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => left.abort(), SILENCE_MILLISECONDS);
  };
  heard();
  try {
    const response = await request(transport, {
      method: 'GET',
      path,
      headers: { 'Last-Event-ID': place.id, accept: 'text/event-stream' },
      signal: both,
    });
    if (response.status === 204 || response.body === null) return yield null;
    const events = response.body
      .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
      .pipeThrough(
        new EventSourceParserStream({
          onRetry: (milliseconds) => {
            place.retry = milliseconds;
          },
          onComment: heard,
        }),
      );
    for await (const { id, event, data } of events as unknown as AsyncIterable<Message>) {
      heard();
      yield { id: id ?? '', type: (event ?? 'progress') as JobEvent['type'], job: JSON.parse(data) as Job };
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ProblemError ? error : new UnreachableError(transport.url, error);
  } finally {
    clearTimeout(silence);
    left.abort();
  }
}

interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}
