import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificates } from './certificates.ts';

export interface TlsFront {
  readonly certificates: Certificates;
  /** Where it listens, on 443. */
  readonly address: string;
  /** The server behind it: its address, with a port on this machine. */
  readonly behind: string;
  readonly protocol: 'h2' | 'http/1.1';
}

/** Gives a server that speaks plain text a certificate, and HTTPS's own port of an address. */
export const openTlsFront = async ({ certificates, address, behind, protocol }: TlsFront): Promise<AsyncDisposable> => {
  const port = Number(new URL(behind).port);
  const options = {
    cert: readFileSync(certificates.certificate),
    key: readFileSync(certificates.key),
    ALPNProtocols: [protocol],
  };
  const server = createServer(options, (socket) => {
    const inner = connect(port, '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    // Either side may go away at any time, and the other goes with it.
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(443, address, resolve);
  });
  return { [Symbol.asyncDispose]: async () => void server.close() };
};
