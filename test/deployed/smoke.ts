import { parseArgs } from 'node:util';

/**
 * Tries a deployed service as a user does: registers a repository, syncs it, searches it, deletes it.
 *
 *     node test/deployed/smoke.ts --api https://<api>.execute-api.<region>.amazonaws.com --token <token> --source <url> --query <words>
 *
 * `api` is the stack's Address without its last part, `/api/`; `source` any public repository of some files; `query` words
 * that stand in one of them. The token's user must have the right to register repositories. Ends with 0 when all is well, and says what is not.
 */
const options = {
  api: { type: 'string' },
  token: { type: 'string' },
  source: { type: 'string' },
  query: { type: 'string', default: 'readme' },
  /** Minutes that the sync may take. */
  minutes: { type: 'string', default: '10' },
} as const;
const { values } = parseArgs({ options });
const { api, token, source, query, minutes } = values;
if (api === undefined || token === undefined || source === undefined)
  throw new Error('--api, --token and --source are needed');

const address = api.replace(/\/+$/, '').replace(/\/api$/, '');

// biome-ignore lint/suspicious/noExplicitAny: the service's answers, of which little is looked at
type Json = any;

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const call = async (method: string, path: string, status: number, body?: object): Promise<Json> => {
  const from = Date.now();
  const answer = await fetch(`${address}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  say(`${method} ${path}: ${answer.status} after ${Date.now() - from} ms`);
  if (answer.status !== status) throw new Error(`${method} ${path}: ${status} was due: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
};

const synced = async (repository: string): Promise<Json> => {
  const { job_id } = await call('POST', `/api/repositories/${repository}/sync`, 202, {});
  for (const until = Date.now() + Number(minutes) * 60_000; Date.now() < until; ) {
    const job = await call('GET', `/api/jobs/${job_id}`, 200);
    if (job.ended_at !== null) return job;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  throw new Error(`job ${job_id} has not ended within ${minutes} minutes`);
};

await call('GET', '/api/health', 200);
const repository = `smoke-${Date.now()}`;
await call('POST', '/api/repositories', 201, { repository_id: repository, source: { url: source } });
try {
  const job = await synced(repository);
  if (job.status !== 'completed') throw new Error(`the sync has ended: ${JSON.stringify(job)}`);
  say(`synced: ${JSON.stringify(job.counts)}`);
  const found = await call('GET', `/api/repositories/${repository}/search?q=${encodeURIComponent(query)}`, 200);
  if (found.results.length === 0) throw new Error(`nothing was found for ${query}`);
  say(`found: ${found.results.map((hit: Json) => hit.path).join(', ')}`);
} finally {
  await call('DELETE', `/api/repositories/${repository}`, 204);
}
