import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../core/contract/api.ts';
import type { RepositoryId } from '../../core/contract/ids.ts';
import type { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { Reply } from '../support/api.ts';
import { pushHookLab } from '../support/push-hook-lab.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { register, commit, secretOf, jobsOf, github, pushTo, gitlab } = pushHookLab(world);

describe('a push', () => {
  it('from GitHub starts a sync at once, in GitHub’s name', async () => {
    const git = await register('hooked');
    await world.api.synced('hooked');
    await commit(git, 'bandicoot');
    const { status, headers, body } = await github('hooked', pushTo('main'));
    expect(status).toBe(202);
    expect(body).toEqual({ outcome: 'started', job_id: expect.stringMatching(/^sync-/), reason: null });
    expect(headers.get('location')).toBe(`/api/jobs/${body.job_id}`);
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({
      status: 'completed',
      requested_by: 'github',
      options: { branches: ['main'], force: false },
    });
    expect((await world.api.found('hooked', 'bandicoot'))[0]).toBe('bandicoot.ts');
    const [job] = (await world.server.runtime.jobs.list('hooked' as RepositoryId, 1, null)).items;
    expect(job?.trigger).toBe('push');
  });

  it('that brings thousands of commits is taken too: its list of them is larger than other bodies may be', async () => {
    const git = await register('many-commits');
    await world.api.synced('many-commits');
    const commit_ = await commit(git, 'pangolin');
    const commits = Array.from({ length: 2_048 }, () => ({ id: commit_, message: 'm'.repeat(1_000), added: ['a.ts'] }));
    const { status, body } = await github('many-commits', pushTo('main', { commits }));
    expect([status, body.outcome]).toEqual([202, 'started']);
    await world.api.ended(body.job_id ?? '');
    expect((await world.api.found('many-commits', 'pangolin'))[0]).toBe('pangolin.ts');
  });

  it('from GitLab does the same', async () => {
    const git = await register('lab');
    await world.api.synced('lab');
    const after = await commit(git, 'colugo');
    const { status, body } = await gitlab('lab', { object_kind: 'push', ref: 'refs/heads/main', after });
    expect(status).toBe(202);
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed', requested_by: 'gitlab' });
    expect((await world.api.found('lab', 'colugo'))[0]).toBe('colugo.ts');
  });

  it('that is delivered again, by the host or by someone who has seen it, is answered the same and starts nothing', async () => {
    await register('repeated');
    await world.api.synced('repeated');
    const dated = pushTo('main', { repository: { pushed_at: 1_700_000_000 } });
    const headers = { 'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };
    const first = await github('repeated', dated, { headers });
    expect(first.body.outcome).toBe('started');
    await world.api.ended(first.body.job_id ?? '');
    const before = await jobsOf('repeated');
    // The signature is of the body: whoever repeats it may name another delivery, or none.
    for (const sent of [headers, { 'X-GitHub-Delivery': 'another' }, {}]) {
      const { status, body, headers: told } = await github('repeated', dated, { headers: sent });
      expect([status, body]).toEqual([202, first.body]);
      expect(told.get('location')).toBe(first.headers.get('location'));
    }
    // A host whose bodies have no date: the delivery's own id counts, and pushes that look alike are still pushes.
    const undated = await github('repeated', pushTo('main'), { headers: { 'X-GitHub-Delivery': 'undated' } });
    await world.api.ended(undated.body.job_id ?? '');
    expect((await github('repeated', pushTo('main'), { headers: { 'X-GitHub-Delivery': 'undated' } })).body).toEqual(
      undated.body,
    );
    expect(await jobsOf('repeated')).toHaveLength(before.length + 1);
    const next = await github('repeated', pushTo('main'), { headers: { 'X-GitHub-Delivery': 'next' } });
    expect(next.body.outcome).toBe('started');
    await world.api.ended(next.body.job_id ?? '');
  });

  it('from GitLab that is delivered again is known by its Idempotency-Key', async () => {
    await register('lab-again');
    await world.api.synced('lab-again');
    const push = async (key: string) =>
      world.anonymous.call<PushHookAnswer>(
        'POST',
        '/api/hooks/gitlab/lab-again',
        { object_kind: 'push', ref: 'refs/heads/main', after: 'a'.repeat(40) },
        { 'X-Gitlab-Event': 'Push Hook', 'X-Gitlab-Token': await secretOf('lab-again'), 'Idempotency-Key': key },
      );
    const first = await push('f5e5f430-f57b-4e6e-9fac-d9128cd7232f');
    expect(first.body.outcome).toBe('started');
    await world.api.ended(first.body.job_id ?? '');
    expect((await push('f5e5f430-f57b-4e6e-9fac-d9128cd7232f')).body).toEqual(first.body);
    const other = await push('another');
    expect(other.body.job_id).not.toBe(first.body.job_id);
    await world.api.ended(other.body.job_id ?? '');
  });

  it('is the first sync of a repository whose default branch only the host knows', async () => {
    await register('newborn');
    const unknown = await github('newborn', pushTo('main'));
    expect(unknown.body).toMatchObject({ outcome: 'ignored' });
    const { body } = await github('newborn', pushTo('main', { repository: { default_branch: 'main' } }));
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed' });
  });

  it('that comes as a form’s field is taken too', async () => {
    await register('form');
    await world.api.synced('form');
    const body = new URLSearchParams({ payload: JSON.stringify(pushTo('main')) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await github('form', body, { headers });
    expect(reply.body.outcome).toBe('started');
    await world.api.ended(reply.body.job_id ?? '');
    for (const wrong of ['x=1', 'payload=', JSON.stringify(pushTo('main'))]) {
      const { status, body: told } = await github('form', wrong, { headers });
      expect([status, (told as unknown as Problem).detail]).toEqual([400, expect.stringContaining('field `payload`')]);
    }
  });
});

describe('a push whose host names another default branch than before', () => {
  const toTrunk = { repository: { default_branch: 'trunk' } };

  it('starts its first sync, whatever is indexed', async () => {
    const git = await register('new-default');
    await world.api.synced('new-default');
    await git.branch('trunk');
    await commit(git, 'echidna');
    expect((await github('new-default', pushTo('trunk'))).body.outcome).toBe('ignored');
    const { body } = await github('new-default', pushTo('trunk', toTrunk));
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({
      status: 'completed',
      options: { branches: ['trunk'] },
      current: { branch: 'trunk', moved_from: 'main' },
    });
    expect((await world.api.found('new-default', 'echidna'))[0]).toBe('echidna.ts');
  });

  it.each([
    ['a branch that nobody uses', 'unused', pushTo('topic', toTrunk), ['current']],
    ['the old default branch', 'old', pushTo('main', toTrunk), ['current', 'main']],
    ['a branch that is gone', 'old-gone', pushTo('main', { ...toTrunk, deleted: true }), ['current']],
    ['a tag', 'tag', { ref: 'refs/tags/v1', ...toTrunk }, ['current']],
  ])('has it synced though the push is to %s', async (_, name, payload, branches) => {
    const id = `default-${name}`;
    const git = await register(id);
    await world.api.synced(id);
    await git.branch('trunk');
    const { body } = await github(id, payload);
    expect(body.outcome).toBe('started');
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ status: 'completed', options: { branches } });
    expect(await world.api.repository(id)).toMatchObject({ default_branch: 'trunk' });
    expect((await github(id, pushTo('topic', toTrunk))).body.outcome).toBe('ignored');
  });

  it('changes nothing where a user has named one', async () => {
    const git = await world.makeRepository({ 'a.ts': 'export const a = 1;\n' });
    await world.api.register('default-chosen', git.path, { default_branch: 'main' });
    await world.api.synced('default-chosen');
    await git.branch('trunk');
    expect((await github('default-chosen', pushTo('trunk', toTrunk))).body.outcome).toBe('ignored');
    const { body } = await gitlab('default-chosen', {
      ref: 'refs/heads/main',
      after: '1'.repeat(40),
      project: { default_branch: 'trunk' },
    });
    expect(await world.api.ended(body.job_id ?? '')).toMatchObject({ options: { branches: ['main'] } });
  });
});

describe('what is no push to follow', () => {
  beforeAll(async () => {
    await register('calm');
    await world.api.synced('calm');
  });

  it.each([
    ['another branch', pushTo('topic')],
    ['a tag', { ref: 'refs/tags/v1' }],
    ['a deleted branch that is not indexed', pushTo('topic', { deleted: true })],
    ['a branch that has no name', pushTo('-x', { repository: { default_branch: '-x' } })],
  ])('is ignored: %s', async (_, payload) => {
    const { status, body } = await github('calm', payload);
    expect(status).toBe(202);
    expect(body).toEqual({ outcome: 'ignored', job_id: null, reason: expect.any(String) });
  });

  it('is ignored: a branch without an index that GitLab says is deleted', async () => {
    const { body } = await gitlab('calm', { ref: 'refs/heads/topic', after: '0'.repeat(40) });
    expect(body).toMatchObject({ outcome: 'ignored', reason: 'the branch was deleted, and is not indexed' });
  });

  it('is ignored: another event', async () => {
    expect((await github('calm', { zen: 1 }, { event: 'issues' })).body).toMatchObject({ outcome: 'ignored' });
    expect((await gitlab('calm', {}, undefined, 'Issue Hook')).body).toMatchObject({ outcome: 'ignored' });
  });

  it('is answered: GitHub’s ping', async () => {
    const { status, body } = await github('calm', { zen: 'Keep it simple.' }, { event: 'ping' });
    expect([status, body.outcome]).toEqual([200, 'pong']);
  });

  it('is refused: a body that is not what the event promises', async () => {
    const missing = await github('calm', { deleted: 'yes' });
    expect(missing.status).toBe(400);
    const fields = (missing.body as unknown as Problem).errors?.map(({ field }) => field);
    expect(fields).toEqual(['ref', 'deleted']);
    expect((await github('calm', 'not json')).status).toBe(400);
  });

  it('is refused: a body that is larger than hosts’ lists of commits are, before it is read whole', async () => {
    expect((await github('calm', pushTo('main', { commits: 'x'.repeat(6 * 1024 * 1024) }))).status).toBe(413);
  });

  it('starts nothing', async () => {
    expect(await jobsOf('calm')).toHaveLength(1);
  });
});

describe('whoever does not know the push secret', () => {
  beforeAll(async () => {
    await register('guarded');
  });
  const unauthorized = async (reply: Promise<Reply<unknown>>): Promise<unknown> => {
    const { status, body } = await reply;
    expect(status).toBe(401);
    return body;
  };

  it('is refused: a wrong, a malformed and a missing signature', async () => {
    await unauthorized(github('guarded', pushTo('main'), { secret: 'whsec_wrong' }));
    await unauthorized(github('guarded', pushTo('main'), { headers: { 'X-Hub-Signature-256': 'sha256=zz' } }));
    await unauthorized(github('guarded', pushTo('main'), { headers: { 'X-Hub-Signature-256': 'sha1=00' } }));
    await unauthorized(world.anonymous.call('POST', '/api/hooks/github/guarded', pushTo('main')));
    await unauthorized(gitlab('guarded', { ref: 'refs/heads/main', after: '1' }, 'whsec_wrong'));
    await unauthorized(gitlab('guarded', { ref: 'refs/heads/main', after: '1' }, ''));
    await unauthorized(world.anonymous.call('POST', '/api/hooks/gitlab/guarded', {}));
    expect(await jobsOf('guarded')).toEqual([]);
  });

  it('is refused: a body that was changed after it was signed', async () => {
    const secret = await secretOf('guarded');
    const signature = createHmac('sha256', secret)
      .update(JSON.stringify(pushTo('main')))
      .digest('hex');
    const headers = { 'X-GitHub-Event': 'push', 'X-Hub-Signature-256': `sha256=${signature}` };
    await unauthorized(world.anonymous.call('POST', '/api/hooks/github/guarded', pushTo('main', { x: 1 }), headers));
  });

  it('cannot tell a repository that is not there from one that is', async () => {
    const there = await unauthorized(github('guarded', pushTo('main'), { secret: 'whsec_wrong' }));
    expect(await unauthorized(github('not-there', pushTo('main'), { secret: 'whsec_none' }))).toEqual(there);
    expect(await unauthorized(github('NOT%20AN%20ID', pushTo('main'), { secret: '' }))).toEqual(there);
    expect(await unauthorized(gitlab('not-there', {}, 'whsec_none'))).toEqual(there);
  });

  it('is not the other hook’s, or the webhook secret', async () => {
    const repository = await world.server.runtime.repositories.get('guarded' as RepositoryId);
    await unauthorized(gitlab('guarded', { ref: 'refs/heads/main', after: '1' }, repository?.secrets.webhook));
  });
});
