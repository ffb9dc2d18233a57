import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RepositoryAnswer } from '../../../core/contract/api.ts';
import type { SyncOptions } from '../../../core/contract/sync-options.ts';
import { type Api, createApiOver, type Reply } from '../../support/api.ts';
import type { HttpFault } from '../../support/http-faults.ts';
import type { Received, WebhookReceiver } from '../../support/webhook-receiver.ts';
import type { ReceiverFault, RemoteFault } from './real-history.ts';
import type { RealService } from './real-service.ts';
import type { RealSource } from './real-source.ts';

/** One id is the beginning of the other. The first is registered with a remote, the second with a folder whose remote that is. */
export const ids = ['r1', 'r10'] as const;
export type Id = (typeof ids)[number];
/** Who registers them, each the other's now and then; the guest only looks. */
export const owners = ['ann', 'bob'] as const;
export const guest = 'cat';
export const users = [...owners, guest] as const;

/** A call has no answer after so long: a service that stands still for a while is given that. */
const CALL_MILLISECONDS = 90_000;

export interface AcceptedJob {
  readonly id: Id;
  /** When the repository was registered. */
  readonly age: string;
  readonly job: string;
  readonly key: string | null;
}

export interface QueuedSync {
  readonly id: Id;
  readonly age: string;
  readonly job: string;
  readonly options: SyncOptions;
}

export interface TakenPush {
  readonly id: Id;
  readonly age: string;
  readonly branches: readonly string[];
  readonly at: string;
}

/** All that a history plays with, and what is known of what it has done. */
export class RealLab {
  readonly service: RealService;
  readonly sources: readonly RealSource[];
  readonly urls: readonly string[];
  readonly receiver: WebhookReceiver;
  readonly remote: { fault: HttpFault | null; delayMs: number };
  readonly hook: string;
  readonly accepted: AcceptedJob[] = [];
  readonly pushes: TakenPush[] = [];
  /** Syncs that users were told of before they began. */
  readonly queued: QueuedSync[] = [];
  readonly secrets = new Map<Id, string>();
  readonly counts = new Map<string, number>();
  readonly violations: string[] = [];
  readonly course: string[] = [];
  readonly #begun = Date.now();
  /** Events that the receiver has taken, by their webhook-id. */
  readonly taken = new Set<string>();
  /** The receiver has said that it wants no more. */
  isHookGone = false;

  constructor(parts: Pick<RealLab, 'service' | 'sources' | 'urls' | 'receiver' | 'remote'>) {
    this.service = parts.service;
    this.sources = parts.sources;
    this.urls = parts.urls;
    this.receiver = parts.receiver;
    this.remote = parts.remote;
    this.hook = parts.receiver.url('/hook');
    this.receive('none');
  }

  say(violation: string): void {
    this.note(`VIOLATION ${violation}`);
    if (this.violations.length < 20) this.violations.push(violation);
  }

  count(what: string, times = 1): void {
    if (times > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  note(what: string): void {
    this.course.push(`${Date.now() - this.#begun} ${what}`);
  }

  api(user: string): Api {
    return createApiOver(async <T>(method: string, path: string, body?: unknown, headers: object = {}) => {
      const response = await fetch(`${this.service.running.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.service.token(user)}`, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_MILLISECONDS),
      });
      const text = await response.text();
      if (response.status === 500) this.say(`${method} ${path} ended with 500: ${text}`);
      return { status: response.status, headers: response.headers, body: (text === '' ? null : JSON.parse(text)) as T };
    });
  }

  /** What is asked of a service that may be going down has no answer now and then. */
  async attempt<T>(what: string, call: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await call();
      const { status } = (answer ?? {}) as { status?: unknown };
      this.note(`${what}: ${typeof status === 'number' ? status : 'done'}`);
      return answer;
    } catch (error) {
      const cause = (error as Error).cause ?? error;
      this.note(`${what}: no answer (${String(cause)})`);
      if ((error as Error).name === 'TimeoutError') this.say(`${what} had no answer within ${CALL_MILLISECONDS} ms`);
      return null;
    }
  }

  /** The repository as its owner sees it; null where there is none, or the service does not say. */
  async repository(id: Id): Promise<RepositoryAnswer | null> {
    for (const owner of owners) {
      const reply = await this.attempt(`look at ${id}`, () =>
        this.api(owner).call<RepositoryAnswer>('GET', `/api/repositories/${id}`),
      );
      if (reply?.status === 200 && reply.body.role === 'owner') return reply.body;
    }
    return null;
  }

  /** Which source a repository reads. */
  sourceOf({ source }: Pick<RepositoryAnswer, 'source'>): RealSource {
    return this.sources[Math.max(0, this.urls.indexOf(source.url))] as RealSource;
  }

  /** What was committed under this name, to whichever source. */
  filesAt(commit: string): ReturnType<RealSource['files']> {
    for (const source of this.sources) {
      const files = source.files(commit);
      if (files !== undefined) return files;
    }
    return undefined;
  }

  accept(reply: Reply<{ job_id?: string }> | null, repository: RepositoryAnswer, key: string | null): void {
    const job = reply?.status === 202 ? reply.body.job_id : undefined;
    if (job === undefined) return;
    this.count('jobs');
    const id = repository.repository_id as string as Id;
    const before = this.accepted.find((each) => key !== null && each.key === key && each.age === repository.created_at);
    if (before !== undefined && before.job !== job) this.say(`${job} was accepted under the key of ${before.job}`);
    this.accepted.push({ id, age: repository.created_at, job, key });
  }

  disturb(how: RemoteFault): void {
    const faults: Partial<Record<RemoteFault, HttpFault>> = {
      unavailable: { kind: 'status', status: 503 },
      silent: { kind: 'silent' },
      drip: { kind: 'drip', after: 300 },
      cut: { kind: 'cut', after: 400 },
      garbage: { kind: 'garbage', body: '<html>sign in</html>' },
    };
    this.remote.fault = faults[how] ?? null;
    this.remote.delayMs = how === 'slow' ? 1_000 : 0;
  }

  receive(how: ReceiverFault): void {
    const statuses: Partial<Record<ReceiverFault, number>> = { fails: 500, gone: 410 };
    this.receiver.answer('/hook', (received: Received, response: ServerResponse) => {
      if (how === 'silent') return;
      const status = statuses[how] ?? 204;
      if (status === 410) this.isHookGone = true;
      const answer = (): void => {
        if (status < 300) this.taken.add(String(received.headers['webhook-id']));
        response.writeHead(status).end();
      };
      if (how === 'slow') void sleep(2_000).then(answer);
      else answer();
    });
  }

  newDelivery(): string {
    return randomUUID();
  }
}
