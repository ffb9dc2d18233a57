import { clock, compose, followUps, jobs, logger, repositories } from '#ports';
import { JobEventsHeaders, JobParams, LONGEST_WAIT_SECONDS } from '../../core/contract/api.ts';
import { isTerminal } from '../../core/domain/job-status.ts';
import type { JobState } from '../../core/jobs/job-state.ts';
import { watchJob } from '../../core/jobs/watch-job.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { refusal } from '../handling/problems.ts';

const ports = compose({ clock, followUps, jobs, logger, repositories });
const watch = watchJob(ports);

/** After this a caller comes again, with a token that is still good. */
const LONGEST_STREAM_SECONDS = 300;
/** What a client waits before it asks for more. */
const RETRY_MILLISECONDS = 1_000;

export const handler = defineApiHandler(
  ports.logger,
  { params: JobParams, headers: JobEventsHeaders },
  async ({ user, params, headers: request, streaming }) => {
    const known = request['last-event-id'];
    const over = new AbortController();
    const signal = streaming === null ? over.signal : AbortSignal.any([streaming, over.signal]);
    const outcome = await watch(params.job_id, user, signal);
    switch (outcome.kind) {
      case 'watched': {
        const first = await outcome.states.next();
        if (first.done || (first.value.tag === known && isTerminal(first.value.job.status)))
          return { status: 204, body: null };
        const texts = eventTexts(first.value, outcome.states, known, streaming === null ? 1 : Number.POSITIVE_INFINITY);
        const seconds = streaming === null ? LONGEST_WAIT_SECONDS : LONGEST_STREAM_SECONDS;
        const parts = within(seconds, over, texts);
        return {
          status: 200,
          body: null,
          text: streaming === null ? (await Array.fromAsync(parts)).join('') : parts,
          headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' },
        };
      }
      case 'not-found':
      case 'forbidden':
        return refusal(outcome.kind, 'Job');
      default:
        return outcome satisfies never;
    }
  },
);

async function* within(seconds: number, over: AbortController, texts: AsyncIterable<string>): AsyncGenerator<string> {
  const stop = ports.clock.every(seconds * 1000, () => over.abort());
  try {
    yield* texts;
  } finally {
    stop();
  }
}

/** The events of states that the caller does not know, `most` of them. */
async function* eventTexts(
  first: JobState,
  later: AsyncIterable<JobState>,
  known: string | undefined,
  most: number,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MILLISECONDS}\n\n`;
  let sent = 0;
  if (first.tag !== known) {
    yield eventText(first);
    sent += 1;
  }
  if (sent >= most) return;
  for await (const state of later) {
    yield eventText(state);
    sent += 1;
    if (sent >= most) return;
  }
}

const eventText = ({ job, tag }: JobState): string =>
  `id: ${tag}\nevent: ${isTerminal(job.status) ? job.status : 'progress'}\ndata: ${JSON.stringify(job)}\n\n`;
