import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { SyncEvent } from '../../core/contract/events.ts';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: SyncEvent;
  readonly at: number;
}

export type Answering = (received: Received, response: ServerResponse, request: IncomingMessage) => void;

export interface WebhookReceiver {
  /** An address of it; each test takes a path of its own. */
  url(path: string): string;
  /** What came to this path, in order. */
  received(path: string): readonly Received[];
  /** How it answers on this path; 204 without. */
  answer(path: string, answering: Answering): void;
  /** Waits until so many have come, and returns them. */
  until(path: string, count: number): Promise<readonly Received[]>;
  /** Waits until an event of this type has come, and returns all up to then. */
  untilType(path: string, type: SyncEvent['type']): Promise<readonly Received[]>;
  close(): Promise<void>;
}

/** A real receiver of webhooks on loopback. */
export const startWebhookReceiver = async (port = 0): Promise<WebhookReceiver> => {
  const all: Received[] = [];
  const answers = new Map<string, Answering>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const path = request.url ?? '/';
    const received = { path, headers: request.headers, body, event: JSON.parse(body), at: Date.now() };
    all.push(received);
    const answering = answers.get(path);
    if (answering === undefined) response.writeHead(204).end();
    else answering(received, response, request);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: listening } = server.address() as AddressInfo;
  const at = (path: string): Received[] => all.filter((received) => received.path === path);
  const until = async (path: string, enough: (received: readonly Received[]) => boolean) => {
    for (;;) {
      const received = at(path);
      if (enough(received)) return received;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    url: (path) => `http://127.0.0.1:${listening}${path}`,
    received: at,
    answer: (path, answering) => {
      answers.set(path, answering);
    },
    until: (path, count) => until(path, (received) => received.length >= count),
    untilType: (path, type) => until(path, (received) => received.some(({ event }) => event.type === type)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Throws unless the receiving side's own library finds the signature right. */
export const verifySignature = (secret: string, { body, headers }: Received): void => {
  new Webhook(secret).verify(body, headers as Record<string, string>);
};
