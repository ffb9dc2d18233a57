import type { CallToolResult } from '@modelcontextprotocol/server';
import {
  type JobPlan,
  overLimitOf,
  ProblemError,
  UnexpectedAnswerError,
  UnreachableError,
} from '../client/src/client.ts';
import { visible } from './repository-text.ts';

/** An error as a model can use it: what is wrong, and what to do about it. */
export const errorResult = (error: unknown): CallToolResult => ({
  isError: true,
  content: [{ type: 'text', text: visible(textOf(error)) }],
});

const textOf = (error: unknown): string => {
  if (error instanceof ProblemError) return `${detailOf(error)} ${whatToDo(error)}`.trim();
  if (error instanceof UnreachableError)
    return `${error.message}. The Repository Sync service does not answer: ask the user to start it or to check its address. Trying again at once does not help.`;
  if (error instanceof UnexpectedAnswerError)
    return `${error.message}. Ask the user to check the address of the Repository Sync service.`;
  return error instanceof Error ? error.message : String(error);
};

const detailOf = ({ message, problem }: ProblemError): string => {
  const fields = (problem.errors ?? []).map(({ field, message: wrong }) => `${field}: ${wrong}`);
  return sentence(fields.length > 0 ? fields.slice(0, 10).join('; ') : message);
};

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const whatToDo = (error: ProblemError): string => {
  const { status, problem, retryAfter } = error;
  const refused = overLimitOf(error);
  if (refused !== null) return `${planText(refused.plan)} Ask the user before you allow more; a narrower sync may do.`;
  switch (status) {
    case 401:
      return 'The token is missing, wrong or has run out: ask the user for a new one. No call succeeds before.';
    case 403:
      return 'The user’s role on this repository is not enough: list_repositories shows it. Do not try again.';
    case 404:
      return 'list_repositories shows the repositories that can be read, list_branches the branches of one of them that are indexed, list_tree the files of a branch.';
    case 409:
      return typeof problem.job_id === 'string' && problem.ended_at === undefined
        ? `Job ${problem.job_id} is under way: get_job shows its progress.`
        : '';
    case 429:
      return retryAfter === null ? 'Try again later.' : `Try again in ${retryAfter} seconds.`;
    case 503:
      return problem.fault === undefined
        ? `The service is busy. Try again in ${retryAfter ?? 5} seconds.`
        : 'The index is lost or damaged: sync_repository builds it again.';
    default:
      return status >= 500 ? 'This is an error of the service: try once more, then tell the user.' : '';
  }
};

const planText = ({ added, modified, renamed, deleted, files_to_read, tokens, cost_usd }: JobPlan): string => {
  const cost = cost_usd === null ? '' : `, ${cost_usd} US dollars`;
  const use = tokens === null ? '' : `, and embed ${tokens} tokens at most${cost}`;
  return `The sync would add ${added}, modify ${modified}, rename ${renamed} and delete ${deleted} files, read ${files_to_read} of them${use}.`;
};
