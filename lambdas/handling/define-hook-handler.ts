import type { z } from 'zod';
import type { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { RepositoryRecord } from '../../core/contract/records.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { PushProof } from '../../core/triggers/push-hook.ts';
import type { PushEvent } from '../../core/triggers/rules/push-event.ts';
import { answerSafely, headersOf } from './define-api-handler.ts';
import { pathParametersOf } from './path-parameters.ts';
import { type Answer, invalid, invalidFields, problem } from './problems.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** How one git host speaks. Headers are given by their names in lower case. */
export interface HookDialect {
  readonly proof: (headers: Headers) => PushProof | null;
  /** What the host calls this delivery, and calls it again when it is sent again. */
  readonly delivery: (headers: Headers) => string | undefined;
  /** What the headers say has happened: a schema reads the body of what is followed. */
  readonly event: (headers: Headers) => z.ZodType<PushEvent> | 'ping' | { readonly other: string };
}

/**
 * A git host's webhook as a Lambda behind API Gateway's proxy integration. There is no principal: the body, byte for
 * byte, is proved before anything in it is read.
 */
export const defineHookHandler = (
  deps: {
    readonly logger: Logger;
    readonly authenticate: (
      id: string,
      proof: PushProof | null,
      body: Uint8Array<ArrayBuffer>,
    ) => Promise<RepositoryRecord | null>;
    readonly take: (
      repository: RepositoryRecord,
      event: PushEvent,
      deliveries: readonly string[],
    ) => Promise<PushHookAnswer>;
  },
  dialect: HookDialect,
) =>
  answerSafely(deps.logger, async (event) => {
    const headers = headersOf(event);
    const body = new Uint8Array(Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'));
    const repository = await deps.authenticate(pathParametersOf(event).repo_id ?? '', dialect.proof(headers), body);
    if (repository === null) return unproved();
    const kind = dialect.event(headers);
    if (kind === 'ping') return answerOf(await deps.take(repository, { kind: 'ping' }, []));
    if ('other' in kind) return answerOf(await deps.take(repository, { kind: 'other', name: kind.other }, []));
    const json = jsonOf(body, headers);
    if (json === null)
      return invalid([
        isForm(headers)
          ? { field: 'body', message: 'must be JSON, or a form whose field `payload` is JSON' }
          : { field: 'body', message: 'must be JSON' },
      ]);
    const push = kind.safeParse(json.value);
    if (!push.success) return invalid(invalidFields('body', push.error));
    const delivery = dialect.delivery(headers);
    const isDated = push.data.kind === 'push' && push.data.isDated;
    return answerOf(
      await deps.take(repository, push.data, [
        ...(delivery === undefined ? [] : [`delivery ${delivery}`]),
        ...(isDated ? [`body ${await fingerprintOfBytes(body)}`] : []),
      ]),
    );
  });

const unproved = (): Answer =>
  problem(
    401,
    'Unauthorized',
    'the push must be signed with the repository’s push secret',
    {},
    {
      'www-authenticate': 'Signature',
    },
  );

/** GitHub can be set to send its JSON as a form's field. */
const isForm = (headers: Headers): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');

const jsonOf = (body: Uint8Array, headers: Headers): { readonly value: unknown } | null => {
  const text = Buffer.from(body).toString('utf8');
  try {
    return { value: JSON.parse(isForm(headers) ? (new URLSearchParams(text).get('payload') ?? '') : text) };
  } catch {
    return null;
  }
};

const answerOf = (body: PushHookAnswer): Answer => ({
  status: body.outcome === 'pong' ? 200 : 202,
  body,
  headers: body.job_id === null ? {} : { location: `/api/jobs/${body.job_id}` },
});

const fingerprintOfBytes = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
