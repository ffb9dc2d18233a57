import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { JobAnswer } from '../../core/contract/api.ts';

export interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly job: JobAnswer;
}

/** An open stream of a job's events, as they come. */
export const openEvents = async (url: string, token: string, jobId: string, headers: Record<string, string> = {}) => {
  const gone = new AbortController();
  const response = await fetch(`${url}/api/jobs/${jobId}/events`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: gone.signal,
  });
  const comments: string[] = [];
  const parsed = (response.body ?? new Blob([]).stream())
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ onComment: (comment) => comments.push(comment) }));
  async function* read(): AsyncGenerator<StreamedEvent> {
    for await (const { id, event, data } of parsed as unknown as AsyncIterable<{
      id?: string;
      event?: string;
      data: string;
    }>)
      yield { id, event, job: JSON.parse(data) };
  }
  return { status: response.status, headers: response.headers, comments, events: read(), leave: () => gone.abort() };
};
