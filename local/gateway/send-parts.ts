import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { StreamedReply } from './gateway-problem.ts';

/**
 * Passes on an answer's parts as they come, no faster than the caller takes them. While none come, a comment of the event stream says
 * that the connection is there.
 */
export const sendParts = async (
  response: ServerResponse,
  { status, headers, body }: StreamedReply,
  heartbeatMilliseconds: number,
): Promise<void> => {
  response.writeHead(status, { ...headers });
  response.flushHeaders();
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, heartbeatMilliseconds);
  try {
    for await (const part of body) {
      if (response.closed) return;
      if (!response.write(part)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  } finally {
    clearInterval(heartbeat);
  }
};
