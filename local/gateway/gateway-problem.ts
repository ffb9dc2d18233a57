import { problemBody } from '../../core/contract/problem-body.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** To be passed on part by part, as they come. */
export interface StreamedReply extends Omit<Reply, 'body'> {
  readonly body: AsyncIterable<string>;
}

/** What the gateway itself answers, before or instead of a function; as the functions' problems are. */
export const gatewayProblem = (
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify(problemBody(status, title, detail)),
});
