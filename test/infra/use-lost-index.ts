import { DeleteIndexCommand } from '@aws-sdk/client-s3vectors';
import type { IndexFault } from '../../core/domain/index-fault.ts';
import { need, run, type Stage } from './usage-stage.ts';

/** What was indexed is deleted by hand: search says so, and the next sync makes it anew. */
export const useLostIndex = async (stage: Stage): Promise<void> => {
  const { s3, vectors } = stage.world;
  await run(stage, 'main');
  const [indexName = ''] = [...vectors.indexes.keys()].filter((name) => name.startsWith('main.g'));
  const lost = vectors.indexes.get(indexName);
  await vectors.client.send(new DeleteIndexCommand({ vectorBucketName: 'vectors', indexName }));
  // One that tables of an earlier time know nothing of stands where the next one is to be.
  const next = indexName.replace(/\d+$/, (number) => String(Number(number) + 1));
  if (lost !== undefined) vectors.indexes.set(next, lost);
  await madeAnew(stage, 'index_lost');

  // What a function has read of a manifest it keeps: this one it has not read.
  await run(stage, 'main', { full_reindex: true });
  for (const key of s3.objects.keys()) if (key.includes('/manifests/')) s3.objects.delete(key);
  for (const place of [
    'files',
    'files/a.ts',
    'outline/a.ts',
    'grep?pattern=a',
    'symbols?name=a',
    'snapshot',
    `snapshot/${'0'.repeat(32)}`,
  ])
    await need(stage, 503, 'GET', `/api/repositories/main/${place}`);
  for (const call of ['search?q=late', 'grep?pattern=late', 'symbols?name=late'])
    await need(stage, 200, 'GET', `/api/${call}`);
  await madeAnew(stage, 'manifest_lost');
};

const madeAnew = async (stage: Stage, fault: IndexFault): Promise<void> => {
  const problem = await need<{ fault: string }>(stage, 503, 'GET', '/api/repositories/main/search?q=late');
  if (problem.fault !== fault) throw new Error(`${fault} was expected, not ${JSON.stringify(problem)}`);
  const { mode, mode_reason } = await stage.world.api.job(await run(stage, 'main'));
  if (mode !== 'full' || mode_reason !== fault) throw new Error(`${fault} was expected, not ${mode} ${mode_reason}`);
  await need(stage, 200, 'GET', '/api/repositories/main/search?q=late');
};
