import type { MessagePort } from 'node:worker_threads';
import type { FunctionName } from '../core/contract/environment.ts';
import type { CallTicket } from './call-ticket.ts';
import type { LocalConfig } from './runtime.ts';
import type { SuspectFile } from './suspect-files.ts';

/** What a worker is given when it starts. */
export interface WorkerSetup {
  readonly config: LocalConfig;
  readonly indexPort: MessagePort;
  /** Whether what it writes to the database must survive a power cut. */
  readonly durable: boolean;
  /** Its thread's, as nice(1) counts: the higher, the later it has its turn. */
  readonly niceness: number;
  /** See work-board.ts. */
  readonly board: SharedArrayBuffer;
}

export interface Invocation {
  readonly id: number;
  readonly functionName: FunctionName;
  readonly payload: unknown;
  /** Files to leave out: workers were lost on them. */
  readonly suspects: readonly SuspectFile[];
  /** The span that the call is within; undefined where nothing is traced. */
  readonly traceparent?: string | undefined;
  /** See call-ticket.ts: a worker takes it before it begins. */
  readonly ticket: SharedArrayBuffer;
}

export type InvocationResult =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: { name: string; message: string } };

/** A call on its way. */
export interface Call {
  readonly id: number;
  readonly functionName: string;
  readonly payload: unknown;
  /** Calls with the same function and payload are tries of the same work. */
  readonly key: string;
  readonly signal: AbortSignal;
  readonly traceparent?: string | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A call that was sent to a worker. */
export interface PostedCall extends Call {
  /** Taken: the worker has begun. */
  readonly ticket: CallTicket;
}
