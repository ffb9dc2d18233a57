import type { AwsWorld } from '../support/aws-world.ts';
import { createGate } from '../support/faults.ts';
import type { GitRepository } from '../support/git-repository.ts';
import type { WebhookReceiver } from '../support/webhook-receiver.ts';

/** Where functions are brought to do what they do, and with what. */
export interface Stage {
  readonly world: AwsWorld;
  readonly git: GitRepository;
  readonly url: string;
  readonly receiver: WebhookReceiver;
  readonly syncJobs: string;
  readonly credentialsPrefix: string;
}

/** Five files in batches of two: the state machine runs a Map. The binary one is skipped by its content. */
export const files = {
  'a.ts': 'export const a = "aardvark";\n',
  'b.ts': 'export const b = "badger";\n',
  'c.ts': 'export const c = "civet";\n',
  'd.ts': 'export const d = "dingo";\n',
  'e.bin': new Uint8Array([0, 1, 2, 3]),
};

export const need = async <T>(
  stage: Stage,
  status: number,
  method: string,
  path: string,
  body?: unknown,
  headers = {},
) => {
  const reply = await stage.world.api.call<T>(method, path, body, headers);
  if (reply.status !== status)
    throw new Error(`${method} ${path}: ${status} was expected, not ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body;
};

export const register = (
  stage: Stage,
  repository_id: string,
  source: object = { url: stage.git.path },
  more: object = {},
) => need(stage, 201, 'POST', '/api/repositories', { repository_id, source, ...more });

export const start = (stage: Stage, id: string, options: object = {}, status = 202, headers = {}) =>
  need<{ job_id: string }>(stage, status, 'POST', `/api/repositories/${id}/sync`, options, headers);

export const run = async (stage: Stage, id: string, options: object = {}, ending = 'completed'): Promise<string> => {
  const { job_id } = await start(stage, id, options);
  const { status, error } = await stage.world.api.ended(job_id);
  if (status !== ending) throw new Error(`${job_id} ended ${status}, not ${ending}: ${JSON.stringify(error)}`);
  return job_id;
};

export const webhook = ({ receiver }: Stage, path = '/told') => ({ progress_webhook: receiver.url(path) });

export const dispatch = ({ world }: Stage) => world.functions.invoke('dispatch-due', {});
export const reconcile = ({ world }: Stage) => world.functions.invoke('reconcile-syncs', { graceSeconds: 0 });

/** Another commit, so that there is something to embed. */
export const change = async ({ git }: Stage, contents: Readonly<Record<string, string>>): Promise<void> => {
  await git.write(contents);
  await git.commit();
};

/** Changes enough files for a Map and starts a sync that waits in its first embedding, with its batches in flight. */
export const startHeld = async (stage: Stage, id: string, options: object = {}) => {
  const gate = createGate();
  stage.world.onEmbed = gate.wait;
  const mark = Math.random().toString(36).slice(2);
  await change(stage, { 'a.ts': `a${mark}\n`, 'b.ts': `b${mark}\n`, 'c.ts': `c${mark}\n`, 'd.ts': `d${mark}\n` });
  const { job_id } = await start(stage, id, options);
  await gate.reached;
  return { job_id, open: gate.open };
};
