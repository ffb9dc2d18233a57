import { Problem, RepositoryParams, SecretParams, SecretRotated } from '../api.ts';
import { DeliveryList, DeliveryParams, DeliveryQuery } from '../deliveries.ts';
import { Delivery } from '../events.ts';
import { delivery, pathExamples, secretRotated } from '../openapi/examples.ts';
import { GithubHeaders, GithubPush, GitlabHeaders, GitlabPush, PushHookAnswer } from '../push-hooks.ts';
import { access, type Operation, token, withBody } from './kit.ts';

/** An unknown repository is a 401 too, so that a caller cannot find out which repositories exist. */
const pushAnswers = {
  202: {
    description: 'What is done about the push.',
    schema: PushHookAnswer,
    headers: ['Location'],
    example: { outcome: 'started', job_id: pathExamples.job_id, reason: null },
  },
  ...withBody,
  413: {
    description:
      'The body is larger than 6 MiB, on AWS than the 6 MB that a function takes: what the push brought comes with the next sync.',
    schema: Problem,
  },
  401: {
    description: 'The request does not prove that it knows the repository’s push secret.',
    schema: Problem,
    headers: ['WWW-Authenticate'],
  },
} as const satisfies Operation['answers'];

const pong = { outcome: 'pong', job_id: null, reason: null };
const pushed = { ref: 'refs/heads/main', after: '9fceb02d0ae598e95dc970b74767f19372d61af8' };

export const webhookOperations = {
  'rotate-secret': {
    tag: 'Webhooks',
    description:
      'Needs the role owner. `webhook` signs what progress webhooks are sent; `push` is what git hosts sign their pushes with. The old secret is no longer valid.',
    params: SecretParams,
    answers: {
      201: { description: 'The new secret. It is not shown again.', schema: SecretRotated, example: secretRotated },
      ...token,
      ...access,
    },
  },
  'list-webhook-deliveries': {
    tag: 'Webhooks',
    description: 'Needs the role write. What was sent, what was answered, and when it is tried again.',
    params: RepositoryParams,
    query: DeliveryQuery,
    answers: {
      200: {
        description: 'A page of deliveries.',
        schema: DeliveryList,
        example: { deliveries: [delivery], next: null },
      },
      ...token,
      ...access,
    },
  },
  'redeliver-webhook': {
    tag: 'Webhooks',
    description: 'Needs the role write. Sends it again whatever its status, with the same `webhook-id`.',
    params: DeliveryParams,
    answers: {
      202: {
        description: 'The delivery is pending.',
        schema: Delivery,
        example: { ...delivery, status: 'pending', next_attempt_at: delivery.created_at },
      },
      ...token,
      ...access,
    },
  },
  'github-hook': {
    tag: 'Webhooks',
    description:
      'The address to give to a GitHub webhook, with the push secret and the content type application/json. A push to the default branch, to a branch that is indexed, or to one that a sync was asked for, leads to a sync; pushes while one runs lead to exactly one more. A push that names another default branch leads to a sync of that one, unless a user has named the default branch. A deleted branch, in a push or in the event `delete` (whose `ref` and `ref_type` are read), leads to a look at the source, which drops the branch from the index if it is gone there. A delivery that is sent again within a day gets the first answer, and starts nothing.',
    params: RepositoryParams,
    headers: GithubHeaders,
    body: { schema: GithubPush, required: true, example: { ref: 'refs/heads/main' } },
    answers: { 200: { description: 'The answer to a ping.', schema: PushHookAnswer, example: pong }, ...pushAnswers },
    curl: [
      "-H 'Content-Type: application/json'",
      "-H 'X-GitHub-Event: push'",
      `-H "X-Hub-Signature-256: sha256=$(printf %s '{"ref":"refs/heads/main"}' | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)"`,
      `-d '{"ref":"refs/heads/main"}'`,
    ],
  },
  'gitlab-hook': {
    tag: 'Webhooks',
    description:
      'The address to give to a GitLab webhook for push events, with the push secret as its secret token. It has the same effects as GitHub’s.',
    params: RepositoryParams,
    headers: GitlabHeaders,
    body: { schema: GitlabPush, required: true, example: pushed },
    answers: pushAnswers,
    curl: [
      "-H 'Content-Type: application/json'",
      "-H 'X-Gitlab-Event: Push Hook'",
      '-H "X-Gitlab-Token: $SECRET"',
      `-d '${JSON.stringify(pushed)}'`,
    ],
  },
} as const satisfies Readonly<Record<string, Operation>>;
