import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerJsonError, openHttpStub } from '../support/aws-http-stub.ts';

export interface BedrockStub extends AsyncDisposable {
  readonly endpoint: string;
  /** Texts with this in them that were embedded so far. */
  embedded(marker: string): readonly string[];
  /** So many requests with this in a text are throttled from now on. */
  throttle(marker: string, requests: number): void;
  /** What comes with this in a text waits until the gate is opened. */
  hold(marker: string): Gate;
}

export interface Gate {
  /** Something waits; rejected when nothing has come for a minute. */
  readonly reached: Promise<void>;
  open(): void;
}

/**
 * Cohere Embed v4 as Bedrock serves it, over HTTP/2: texts that share words are near each other, and that is all that its
 * vectors mean. Scenarios run at the same time, so each meddles with what holds its own marker.
 */
export const openBedrockStub = async (): Promise<BedrockStub> => {
  const http = await openHttpStub({ http2: true });
  const embedded: string[] = [];
  const throttled = new Map<string, number>();
  const gates = new Map<string, { reach(): void; readonly opened: Promise<void> }>();
  const markersIn = (texts: readonly string[], of: Iterable<string>): string[] =>
    [...of].filter((marker) => texts.some((text) => text.includes(marker)));

  http.handler = async ({ body }, response) => {
    // Kept by the stub for tests that look at them: here there are too many.
    http.requests.length = 0;
    const { texts, output_dimension } = JSON.parse(body.toString()) as { texts: string[]; output_dimension: number };
    for (const marker of markersIn(texts, throttled.keys())) {
      const left = throttled.get(marker) ?? 0;
      if (left === 0) continue;
      throttled.set(marker, left - 1);
      return answerJsonError(response, 429, 'ThrottlingException', 'Too many tokens, please wait before trying again.');
    }
    for (const marker of markersIn(texts, gates.keys())) {
      gates.get(marker)?.reach();
      await gates.get(marker)?.opened;
    }
    embedded.push(...texts);
    const float = texts.map((text) => vectorOf(text, output_dimension));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ embeddings: { float } }));
  };
  return {
    endpoint: http.endpoint,
    embedded: (marker) => embedded.filter((text) => text.includes(marker)),
    throttle: (marker, requests) => void throttled.set(marker, requests),
    hold(marker) {
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      const { promise: opened, resolve: release } = Promise.withResolvers<void>();
      gates.set(marker, { reach, opened });
      const late = sleep(60_000, null, { ref: false }).then(() =>
        Promise.reject(new Error(`no ${marker} was embedded`)),
      );
      return {
        reached: Promise.race([reached, late]),
        open() {
          gates.delete(marker);
          release();
        },
      };
    },
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  };
};

/** Each word raises four places, so that two words hardly ever raise the same. */
const vectorOf = (text: string, dimensions: number): number[] => {
  const vector = new Array<number>(dimensions).fill(0);
  // A vector of length 0 is near nothing.
  vector[0] = 0.001;
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const digest = createHash('sha256').update(word).digest();
    for (const at of [0, 4, 8, 12]) {
      const place = digest.readUInt32LE(at) % dimensions;
      vector[place] = (vector[place] ?? 0) + 1;
    }
  }
  return vector;
};
