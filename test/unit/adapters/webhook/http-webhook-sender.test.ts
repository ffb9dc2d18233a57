import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../../../adapters/system/retry-after.ts';
import {
  createHttpWebhookSender,
  type HttpWebhookSenderOptions,
} from '../../../../adapters/webhook/http-webhook-sender.ts';
import { createWebhookAllow, isWebhookAllowEntry } from '../../../../adapters/webhook/webhook-allow.ts';
import { startWebhookReceiver, verifySignature, type WebhookReceiver } from '../../../support/webhook-receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const body = JSON.stringify({ type: 'sync.started', timestamp: '2026-01-01T00:00:00Z', data: { umlaut: 'ü' } });

let receiver: WebhookReceiver;
const raw: Server[] = [];
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await receiver.close();
  for (const server of raw) server.close();
});

const send = (url: string, options: HttpWebhookSenderOptions = { allow: ['127.0.0.0/8'] }) =>
  createHttpWebhookSender(options).send({ id: 'msg-1', url, body, secret, at: new Date() });

/** A server that speaks bytes, for what no HTTP server would say. */
const speaking = async (answer: string | null): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (answer === null) socket.resetAndDestroy();
      else socket.write(answer);
    });
  });
  raw.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

describe('a sent webhook', () => {
  it('carries id, timestamp and a signature that the receiver’s library finds right', async () => {
    expect(await send(receiver.url('/good'))).toEqual({ kind: 'answered', status: 204, retryAfterSeconds: null });
    const [received] = receiver.received('/good');
    if (received === undefined) throw new Error('nothing came');
    verifySignature(secret, received);
    expect(received.headers).toMatchObject({
      'webhook-id': 'msg-1',
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    });
    expect(received.body).toBe(body);
    expect(() => verifySignature(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, received)).toThrow();
  });

  it('does not follow a redirect: it is an answer', async () => {
    receiver.answer('/moved', (_, response) => response.writeHead(307, { location: receiver.url('/target') }).end());
    expect(await send(receiver.url('/moved'))).toMatchObject({ kind: 'answered', status: 307 });
    expect(receiver.received('/target')).toEqual([]);
  });

  it.each(['7', () => new Date(Date.now() + 6_500).toUTCString()])('reads Retry-After: %s', async (header) => {
    receiver.answer('/busy', (_, response) =>
      response.writeHead(429, { 'retry-after': typeof header === 'string' ? header : header() }).end(),
    );
    const answer = await send(receiver.url('/busy'));
    expect(answer).toMatchObject({ kind: 'answered', status: 429 });
    if (answer.kind !== 'answered') throw new Error('unreachable');
    expect([6, 7]).toContain(answer.retryAfterSeconds);
  });

  it('reads no more of an answer than it must', async () => {
    receiver.answer('/endless', (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(32_768)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(await send(receiver.url('/endless'))).toMatchObject({ status: 200 });
  });

  it('has its status even when the body never ends', async () => {
    receiver.answer('/dripping', (_, response) => response.writeHead(200).write('x'));
    const options = { allow: ['127.0.0.1'], timeoutMilliseconds: 150 };
    expect(await send(receiver.url('/dripping'), options)).toMatchObject({ kind: 'answered', status: 200 });
  });
});

describe('a receiver that does not answer', () => {
  it('is given up after the timeout', async () => {
    receiver.answer('/hang', () => undefined);
    const options = { allow: ['127.0.0.1'], timeoutMilliseconds: 150 };
    expect(await send(receiver.url('/hang'), options)).toEqual({
      kind: 'unreachable',
      error: 'no answer within 0.15 s',
    });
  });

  it('is given up when its name is not resolved in time', async () => {
    const options = { timeoutMilliseconds: 50, resolve: () => new Promise<never>(() => undefined) };
    expect(await send('https://slow.example/', options)).toMatchObject({ kind: 'unreachable' });
  });

  it.each([
    ['resets the connection', null],
    ['speaks another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ])('is unreachable when it %s', async (_, answer) => {
    expect(await send(await speaking(answer))).toMatchObject({ kind: 'unreachable' });
  });

  it('is unreachable when nobody listens, or the name is nobody’s', async () => {
    const url = await speaking('');
    await new Promise((resolve) => raw.pop()?.close(resolve));
    expect(await send(url)).toEqual({ kind: 'unreachable', error: 'ECONNREFUSED' });
    expect(await send('https://nobody.example/', { resolve: async () => [] })).toEqual({
      kind: 'unreachable',
      error: 'ENOTFOUND',
    });
    const failing = async (): Promise<never> => {
      throw new Error('resolver said no, at /etc/resolv.conf');
    };
    // The text is another's: it may name what is nobody's matter.
    expect(await send('https://x.example/', { resolve: failing })).toEqual({
      kind: 'unreachable',
      error: 'the request failed',
    });
  });

  it('is unreachable over TLS when it speaks none', async () => {
    expect(await send(receiver.url('/tls').replace('http:', 'https:'))).toMatchObject({ kind: 'unreachable' });
  });
});

describe('an address that is not public', () => {
  const refused = { kind: 'refused', error: expect.stringContaining('public internet') };
  const port = (): string => new URL(receiver.url('/')).port;

  it.each([
    ['127.0.0.1', 'loopback'],
    ['localhost.', 'loopback by name'],
    ['2130706433', 'loopback as a number'],
    ['0x7f.1', 'loopback in hex'],
    ['0.0.0.0', 'this host'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'metadata'],
    ['100.100.100.200', 'CGNAT, and a cloud’s metadata'],
    ['192.0.0.8', 'protocol assignments'],
    ['198.18.0.1', 'benchmarks'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['[::1]', 'loopback'],
    ['[::]', 'this host'],
    ['[::ffff:127.0.0.1]', 'IPv4-mapped'],
    ['[::127.0.0.1]', 'IPv4-compatible'],
    ['[64:ff9b::7f00:1]', 'NAT64'],
    ['[2002:7f00:1::1]', '6to4'],
    ['[fe80::1]', 'link-local'],
    ['[fd00:ec2::254]', 'metadata'],
    ['[fec0::1]', 'site-local'],
  ])('is refused: %s (%s)', async (host) => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    expect(await send(`http://${host}:${port()}/refused`, { resolve })).toEqual(refused);
    expect(receiver.received('/refused')).toEqual([]);
  });

  it.each(['http', 'https'])('is refused when a name resolves to one, over %s', async (scheme) => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    expect(await send(`${scheme}://innocent.example:${port()}/refused`, { resolve })).toEqual(refused);
  });

  it('is refused when it is only one of a name’s addresses', async () => {
    const resolve = async () => [
      // Of public space, and given to nobody.
      { address: '2d00::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ];
    expect(await send('http://innocent.example/refused', { resolve })).toEqual(refused);
  });

  it('tells nobody what a name means inside of this network', async () => {
    const answer = await send('http://db.internal/', { resolve: async () => [{ address: '10.9.8.7', family: 4 }] });
    expect(JSON.stringify(answer)).not.toContain('10.9.8.7');
  });

  it('is asked for once: a second answer of its DNS changes nothing', async () => {
    let asked = 0;
    const resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    const answer = await send(`http://once.example:${port()}/once`, { resolve, allow: ['once.example'] });
    expect(answer).toMatchObject({ status: 204 });
    expect(asked).toBe(1);
  });
});

describe('what an operator allows', () => {
  it.each([
    ['localhost', 'localhost', '127.0.0.1', true],
    ['localhost', 'LOCALHOST', '::1', true],
    ['localhost', 'other', '127.0.0.1', false],
    ['10.0.0.0/8', 'anything', '10.200.0.1', true],
    ['10.0.0.0/8', 'anything', '11.0.0.1', false],
    ['10.0.0.0/8', 'anything', 'fd00::1', false],
    ['fd00::/8', 'anything', 'fd00::1', true],
    ['127.0.0.1', 'anything', '127.0.0.1', true],
    ['127.0.0.1', 'anything', '127.0.0.2', false],
    ['::1', 'anything', '::1', true],
  ])('by %s: %s at %s: %s', (entry, hostname, address, permitted) => {
    expect(createWebhookAllow([entry]).permits(hostname, address)).toBe(permitted);
  });

  it.each([
    '10.0.0.0/33',
    'fd00::/129',
    'host/8',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'a b',
    '-',
    '*.example',
    'http://x',
    '',
  ])('is not %j', (entry) => {
    expect(isWebhookAllowEntry(entry)).toBe(false);
    expect(() => createWebhookAllow([entry])).toThrow(RangeError);
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120],
    ['0', 0],
    [' 3 ', 3],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60],
    ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['Someday, in 2026', null],
    ['', null],
    [undefined, null],
  ])('%j is %s', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});
