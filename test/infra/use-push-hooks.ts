import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dispatch, need, type Stage, start } from './usage-stage.ts';

/** Pushes to a free repository and to one that somebody else has just claimed, and the sync that is owed then. */
export const usePushHooks = async (stage: Stage): Promise<void> => {
  const { secret } = await need<{ secret: string }>(stage, 201, 'POST', '/api/repositories/main/secrets/push');
  const body = JSON.stringify({ ref: 'refs/heads/main', deleted: false, after: '1'.repeat(40) });
  const github = () =>
    stage.world.anonymous.call<{ job_id: string | null }>('POST', '/api/hooks/github/main', body, {
      'X-GitHub-Event': 'push',
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    });
  const gitlab = () =>
    stage.world.anonymous.call<{ job_id: string | null }>('POST', '/api/hooks/gitlab/main', body, {
      'X-Gitlab-Event': 'Push Hook',
      'X-Gitlab-Token': secret,
    });
  for (const push of [github, gitlab]) {
    const { body: started } = await push();
    await stage.world.api.ended(started.job_id ?? '');
  }
  // Somebody else claims the repository between the push's look at it and its own claim.
  for (const [name, push] of [
    ['github-hook', github],
    ['gitlab-hook', gitlab],
  ] as const) {
    const faster = { job_id: '' };
    stage.world.recorder.interpose = async (by, operation) => {
      if (by !== name || operation !== 'TransactWriteItems' || faster.job_id !== '') return;
      faster.job_id = 'soon';
      faster.job_id = (await start(stage, 'main')).job_id;
    };
    await push();
    await stage.world.api.ended(faster.job_id);
  }
  stage.world.recorder.interpose = async () => undefined;
  // It was put off for two seconds.
  await sleep(2100);
  await dispatch(stage);
  const { jobs } = await need<{ jobs: { job_id: string }[] }>(stage, 200, 'GET', '/api/repositories/main/jobs?limit=1');
  await stage.world.api.ended(jobs[0]?.job_id ?? '');
};
