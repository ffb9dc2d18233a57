import { expect, it } from 'vitest';
import { decidePush, type PushEvent } from '../../../core/triggers/rules/push-event.ts';

const push: PushEvent = { kind: 'push', ref: 'refs/heads/main', deleted: false, defaultBranch: null, isDated: false };
const job = { job_id: 'sync-1' };
const fresh = { branches: {}, default_branch: null, head_branch: undefined };

it('a push leads to a sync of HEAD while the first sync runs, which nobody knows the branch of yet', () => {
  expect(decidePush({ ...fresh, lock: job }, push)).toMatchObject({ kind: 'sync', branches: ['current'] });
});

it('a push leads to nothing while a job only plans the first sync: no sync was asked for', () => {
  const planned = decidePush({ ...fresh, lock: { ...job, dry_run: true } }, push);
  expect(planned).toEqual(decidePush(fresh, push));
  expect(planned.kind).toBe('ignore');
});
