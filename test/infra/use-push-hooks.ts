import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobList } from '../../core/contract/api.ts';
import { dispatch, need, type Stage, start } from './usage-stage.ts';

/** Pushes to a free repository and to one that someone else has just claimed, the sync that waits then, and pushes that meet. */
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
  await dispatched(stage);
  // Another push joins this one between its record and its claim, and starts the sync of both.
  for (const [name, push, other] of [
    ['github-hook', github, gitlab],
    ['gitlab-hook', gitlab, github],
  ] as const) {
    const joined: { job_id: string | null }[] = [];
    let meets = true;
    stage.world.recorder.interpose = async (by, operation) => {
      if (by !== name || operation !== 'TransactWriteItems' || !meets) return;
      meets = false;
      joined.push((await other()).body);
    };
    await push();
    await stage.world.api.ended(joined[0]?.job_id ?? '');
  }
  stage.world.recorder.interpose = async () => undefined;
};

/** The end of the job in its way brings a follow-up forward, just after that job is seen to have ended. */
const dispatched = async (stage: Stage): Promise<void> => {
  for (;;) {
    await dispatch(stage);
    const { jobs } = await need<JobList>(stage, 200, 'GET', '/api/repositories/main/jobs?limit=1');
    if (jobs[0]?.requested_by === 'gitlab') return void (await stage.world.api.ended(jobs[0].job_id));
    await sleep(50);
  }
};
