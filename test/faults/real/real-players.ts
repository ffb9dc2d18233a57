import { createHmac } from 'node:crypto';
import type { z } from 'zod';
import type { RepositoryAnswer, SyncAccepted as SyncAcceptedSchema } from '../../../core/contract/api.ts';
import type { PushHookAnswer } from '../../../core/contract/push-hooks.ts';
import { SyncOptions } from '../../../core/contract/sync-options.ts';
import { bodyOf, lackingIn } from '../conflicts.ts';
import { branchNames, type RepositoryOperation, type SyncRequest } from '../history.ts';
import { ignored } from '../truth.ts';
import { guest, type Id, ids, owners, type RealLab } from './real-lab.ts';
import { judgeLook } from './real-looks.ts';

type SyncAccepted = z.infer<typeof SyncAcceptedSchema>;

interface Delivery {
  readonly id: Id;
  readonly age: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: PushHookAnswer | null;
}

/** Does over HTTP what a history says that users and hosts do. */
export class RealPlayers {
  readonly #lab: RealLab;
  #last: Delivery | null = null;

  constructor(lab: RealLab) {
    this.#lab = lab;
  }

  async act(number: number, operation: RepositoryOperation): Promise<void> {
    const lab = this.#lab;
    lab.count(operation.kind);
    if (operation.kind === 'register') return this.register(number, operation.other);
    if (operation.kind === 'push-again') return this.#pushAgain();
    const id = ids[number] as Id;
    const repository = await lab.repository(id);
    if (repository === null) return;
    const api = lab.api(repository.owner);
    const path = `/api/repositories/${id}`;
    const attempt = (method: string, more: string, body?: object) =>
      lab.attempt(`${operation.kind} ${id}`, () => api.call<{ job_id?: string }>(method, more, body));
    switch (operation.kind) {
      case 'sync':
        return this.sync(repository, operation);
      case 'cancel':
      case 'retry-failed': {
        const last = repository.active_job_id ?? repository.last_sync?.job_id ?? null;
        if (last === null) return;
        const reply = await attempt('POST', `/api/jobs/${last}/${operation.kind}`);
        if (operation.kind === 'retry-failed') lab.accept(reply, repository, null);
        return;
      }
      case 'delete':
        await attempt('DELETE', path);
        return;
      case 'settings':
        await attempt('PATCH', path, {
          ignore_patterns: operation.ignores ? [...ignored.repository] : [],
          schedule: operation.schedule ? '* * * * *' : null,
        });
        return;
      case 'push':
        return this.#push(repository, branchNames[operation.branch] as string);
      case 'grant':
        await (operation.role === null
          ? attempt('DELETE', `${path}/grants/${guest}`)
          : attempt('PUT', `${path}/grants/${guest}`, { role: operation.role }));
        return;
      case 'drop-branch':
        await attempt('DELETE', `${path}/branches/${branchNames[operation.branch]}`);
        return;
      case 'look':
        return this.look(id, branchNames[operation.branch] as string, operation.guest);
      default:
        operation satisfies never;
    }
  }

  async register(number: number, other: boolean): Promise<void> {
    const lab = this.#lab;
    const id = ids[number] as Id;
    const at = other ? 1 - number : number;
    const reply = await lab.attempt(`register ${id}`, () =>
      lab.api(owners[at] as string).call<{ secrets: { push: string } }>('POST', '/api/repositories', {
        repository_id: id,
        source: { url: lab.urls[at] },
      }),
    );
    if (reply?.status === 201) lab.secrets.set(id, reply.body.secrets.push);
  }

  async sync(repository: RepositoryAnswer, request: SyncRequest): Promise<void> {
    const lab = this.#lab;
    const key = request.force || request.onConflict === null ? request.key : null;
    const id = repository.repository_id as string as Id;
    const body = bodyOf(request, lab.hook);
    const headers = key === null ? {} : { 'idempotency-key': `key-${key}` };
    const reply = await lab.attempt(`sync ${id}`, () =>
      lab
        .api(repository.owner)
        .call<SyncAccepted>('POST', `/api/repositories/${id}/sync`, body, headers as Record<string, string>),
    );
    if (reply?.status === 200) return this.#attached(reply.body, SyncOptions.parse(body));
    lab.accept(reply, repository, key === null ? null : `${id} key-${key}`);
    if (reply?.status !== 202) return;
    if (request.dryRun) lab.count('plans', reply.body.options.dry_run === true ? 1 : 0);
    if (!reply.body.queued) return;
    lab.count('queued');
    lab.queued.push({ id, age: repository.created_at, job: reply.body.job_id, options: SyncOptions.parse(body) });
  }

  #attached(job: SyncAccepted, options: SyncOptions): void {
    this.#lab.count('attached');
    const lacks = lackingIn(job, options);
    if (!job.attached || lacks.length > 0)
      this.#lab.say(`who asks for ${JSON.stringify(options)} was given ${job.job_id}: ${lacks.join()}`);
  }

  async look(id: Id, branch: string, asGuest: boolean): Promise<void> {
    const repository = await this.#lab.repository(id);
    if (repository !== null) await judgeLook(this.#lab, repository, branch, asGuest);
  }

  async #push(repository: RepositoryAnswer, branch: string): Promise<void> {
    const lab = this.#lab;
    const id = repository.repository_id as string as Id;
    const secret = lab.secrets.get(id) ?? (await this.#newSecret(repository, id));
    if (secret === null) return;
    const body = JSON.stringify({ ref: `refs/heads/${branch}`, deleted: false, repository: {} });
    const headers = {
      'content-type': 'application/json',
      'X-GitHub-Event': 'push',
      'X-GitHub-Delivery': lab.newDelivery(),
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
    const at = new Date().toISOString();
    const answer = await this.#deliver(id, body, headers);
    this.#last = { id, age: repository.created_at, body, headers, answer };
    if (answer !== null && (answer.outcome === 'started' || answer.outcome === 'owed'))
      lab.pushes.push({ id, age: repository.created_at, branches: [branch, 'current'], at });
  }

  async #newSecret(repository: RepositoryAnswer, id: Id): Promise<string | null> {
    const lab = this.#lab;
    const reply = await lab.attempt(`secret ${id}`, () =>
      lab.api(repository.owner).call<{ secret: string }>('POST', `/api/repositories/${id}/secrets/push`),
    );
    if (reply?.status !== 201) return null;
    lab.secrets.set(id, reply.body.secret);
    return reply.body.secret;
  }

  /** What a push has begun is told again, and nothing more is begun. One that was ignored may be of use by now. */
  async #pushAgain(): Promise<void> {
    const last = this.#last;
    if (last === null) return;
    const answer = await this.#deliver(last.id, last.body, last.headers);
    const repository = await this.#lab.repository(last.id);
    if (answer === null || last.answer === null || last.answer.outcome === 'ignored') return;
    if (repository?.created_at !== last.age) return;
    if (JSON.stringify(answer) !== JSON.stringify(last.answer))
      this.#lab.say(`a push that came twice was answered ${JSON.stringify([last.answer, answer])}`);
  }

  async #deliver(id: Id, body: string, headers: Readonly<Record<string, string>>): Promise<PushHookAnswer | null> {
    const reply = await this.#lab.attempt(`push ${id}`, () =>
      this.#lab.api(guest).call<PushHookAnswer>('POST', `/api/hooks/github/${id}`, body, { ...headers }),
    );
    return reply?.status === 202 ? reply.body : null;
  }
}
