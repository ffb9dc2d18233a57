import { need, register, run, type Stage } from './usage-stage.ts';

/** An index is taken over from the service's own API, with a token that is kept as a secret; where its index is to be, another one stands. */
export const useSnapshots = async (stage: Stage): Promise<void> => {
  const { world } = stage;
  await run(stage, 'main');
  await register(stage, 'replica');
  const [taken] = world.vectors.indexes.values();
  if (taken !== undefined) world.vectors.indexes.set('replica.g1', taken);
  const { url, token } = world;
  const bounds = { users: ['ann'], hosts: [new URL(url).host], prefixes: [url] };
  world.secrets.set(`${stage.credentialsPrefix}replica`, JSON.stringify({ token, ...bounds }));
  const asked = { from: `${url}/api/repositories/main`, credential: 'replica' };
  const { job_id } = await need<{ job_id: string }>(stage, 202, 'POST', '/api/repositories/replica/import', asked);
  await need(stage, 409, 'POST', '/api/repositories/replica/import', asked);
  const { status, error, counts } = await world.api.ended(job_id);
  if (status !== 'completed' || counts?.chunks_embedded !== 0)
    throw new Error(`${job_id} ended ${status}: ${JSON.stringify(error ?? counts)}`);
  // The next sync goes on from there.
  const { mode, progress } = await world.api.job(await run(stage, 'replica'));
  if (mode !== 'incremental' || progress.files_total !== 0)
    throw new Error(`${mode} after an import: ${progress.files_total}`);
};
