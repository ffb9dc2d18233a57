import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a server does instead of its part. */
export type HttpFault =
  /** Takes the request and says nothing. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Something else than git's protocol, under the content type that git asks for. */
  | { readonly kind: 'garbage'; readonly body: string | Uint8Array }
  /** The first bytes of the real answer, and then: silence, the end of the connection, or a byte now and then. */
  | { readonly kind: 'stall' | 'cut' | 'drip'; readonly after: number }
  /** The real answer, its last bytes a moment later. */
  | { readonly kind: 'late'; readonly last: number };

const dripMilliseconds = 20;
const waitMilliseconds = 50;
const lateMilliseconds = 300;

/** Answers without the git server. False: the fault is in how the git server's answer arrives. */
export const answerWith = (fault: HttpFault, response: ServerResponse, service: string): boolean => {
  if (fault.kind === 'silent') return true;
  if (fault.kind === 'status') {
    response.writeHead(fault.status, { ...fault.headers }).end();
    return true;
  }
  if (fault.kind === 'garbage') {
    response.writeHead(200, { 'Content-Type': `application/x-git-upload-pack-${service}` }).end(fault.body);
    return true;
  }
  return false;
};

/** The git server's answer as it arrives under a fault. */
export async function* underFault(
  output: Readable,
  fault: HttpFault,
  response: ServerResponse,
): AsyncGenerator<Buffer> {
  if (fault.kind === 'late') {
    const whole = Buffer.concat(await output.toArray());
    yield whole.subarray(0, -fault.last);
    await sleep(lateMilliseconds);
    yield whole.subarray(-fault.last);
    return;
  }
  if (!('after' in fault)) {
    yield* output;
    return;
  }
  let left = fault.after;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, left);
    const rest = chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
    if (rest.length === 0) continue;
    if (fault.kind === 'drip') {
      yield* drip(rest, response);
      continue;
    }
    if (fault.kind === 'cut') response.destroy();
    while (!response.destroyed) await sleep(waitMilliseconds);
    return;
  }
}

async function* drip(bytes: Buffer, response: ServerResponse): AsyncGenerator<Buffer> {
  for (const byte of bytes) {
    if (response.destroyed) return;
    yield Buffer.from([byte]);
    await sleep(dripMilliseconds);
  }
}
