import type { Duplex } from 'node:stream';
import { own } from '../../core/domain/own.ts';
import { gatewayProblem } from './gateway-problem.ts';

/**
 * Answers what node could not read as a request, and hangs up: node's own answer would have no body. 431 for a head of more
 * than its 16 KiB (API Gateway refuses 10,240 bytes), 408 for one that does not come to its end, 400 for anything else.
 */
export const refuseConnection = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title, detail] = own(reasons, error.code ?? '') ?? [400, 'Bad request', 'this is not an HTTP request'];
  const { headers, body } = gatewayProblem(status, title, detail, { connection: 'close' });
  const head = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
};

const reasons: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request head too large', 'the address and the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request timeout', 'the request did not end in time'],
};
