import type { ServerResponse } from 'node:http';
import { type Authorisation, authorisationsOf } from './aws-actions.ts';
import { type HttpStub, openHttpStub, type StubHandler, type StubRequest } from './aws-http-stub.ts';

/** An authorisation that a caller needed. */
export interface RecordedCall extends Authorisation {
  /** Who called: the access key id that signed the request. Functions are given their own names as such. */
  readonly by: string;
}

export interface AwsCallRecorder extends AsyncDisposable {
  /** What makes the SDK's clients come here, whatever they are composed from. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every authorisation that was needed, each once. */
  calls(): readonly RecordedCall[];
  /** Requests that nothing is known of; the test that records must find none. */
  readonly problems: readonly string[];
  /** Comes before each request: the moment at which somebody else is faster. `operation`: of the JSON protocols, else ''. */
  interpose: (by: string, operation: string) => Promise<void>;
}

/**
 * Stands where AWS stands, for every service at once: who calls, and which service, are read from each request's
 * signature; the request then goes on to the service's own stub. What is recorded is what came over the wire.
 *
 * @param services by the name that requests are signed for.
 */
export const startAwsCallRecorder = async (
  services: Readonly<Record<string, StubHandler>>,
): Promise<AwsCallRecorder> => {
  const recorded = new Map<string, RecordedCall>();
  const problems: string[] = [];

  const handler: StubHandler = async (request, response) => {
    const { by, service } = signerOf(request);
    const stub = services[service];
    if (stub === undefined) {
      problems.push(`${by} called ${service} (${request.method} ${request.path}): nothing stands for it`);
      response.writeHead(501).end();
      return;
    }
    // Before the answer is out, so that whoever has it finds the call recorded.
    beforeEnd(response, (status) => {
      try {
        for (const needed of authorisationsOf({ ...request, service, status }))
          recorded.set(`${by} ${needed.action} ${needed.resource}`, { by, ...needed });
      } catch (error) {
        problems.push(`${by}: ${String(error)}`);
      }
    });
    await recorder.interpose(by, String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '');
    await stub(request, response);
  };

  const plain = await openHttpStub();
  // Bedrock's client speaks HTTP/2 only.
  const http2 = await openHttpStub({ http2: true });
  for (const stub of [plain, http2] satisfies HttpStub[]) stub.handler = handler;
  const recorder: AwsCallRecorder = {
    interpose: async () => undefined,
    environment: {
      AWS_REGION: 'eu-central-1',
      AWS_SECRET_ACCESS_KEY: 'recorded',
      AWS_ENDPOINT_URL: plain.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: http2.endpoint,
    },
    calls: () => [...recorded.values()],
    problems,
    async [Symbol.asyncDispose]() {
      await plain[Symbol.asyncDispose]();
      await http2[Symbol.asyncDispose]();
    },
  };
  return recorder;
};

/** `AWS4-HMAC-SHA256 Credential=<access key id>/<day>/<region>/<service>/aws4_request, …` */
const signerOf = ({ headers }: StubRequest): { by: string; service: string } => {
  const [, by = 'nobody', service = 'nothing'] =
    /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '') ?? [];
  return { by, service };
};

const beforeEnd = (response: ServerResponse, act: (status: number) => void): void => {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = (...args: unknown[]) => {
    act(response.statusCode);
    return end(...args);
  };
};
