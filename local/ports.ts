import type { Factories } from '../adapters/system/compose.ts';
import type { Runtime } from '../core/ports/runtime.ts';
import { runtime } from './runtime.ts';

/**
 * `#ports` under `--conditions=local`, with the names of lambdas/ports.ts: every port is this thread's own (local/runtime.ts),
 * shared by all functions that run in it.
 */
const own =
  <Port extends keyof Runtime>(port: Port) =>
  (): Runtime[Port] =>
    runtime()[port];

export const batches = own('batches');
export const branches = own('branches');
export const chunker = own('chunker');
export const claims = own('claims');
export const clock = own('clock');
export const credentials = own('credentials');
export const embedder = own('embedder');
export const ends = own('ends');
export const fileWatch = own('fileWatch');
export const followUps = own('followUps');
export const pushDeliveries = own('pushDeliveries');
export const git = own('git');
export const headStart = own('headStart');
export const ids = own('ids');
export const index = own('index');
export const jobs = own('jobs');
export const logger = own('logger');
export const metrics = own('metrics');
export const objects = own('objects');
export const outbox = own('outbox');
export const ownRemoteLook = own('remoteLook');
export const encodingGuess = own('encodingGuess');
export const pathRules = own('pathRules');
export const remoteLook = own('remoteLook');
export const removals = own('removals');
export const repositories = own('repositories');
export const running = own('running');
export const schedules = own('schedules');
export const scheduleTimes = own('scheduleTimes');
export const settings = own('settings');
export const snapshotSource = own('snapshotSource');
export const sourceRemotes = own('sourceRemotes');
export const sourceRoots = own('sourceRoots');
export const symbolExtractor = own('symbolExtractor');
export const tokenQuota = own('tokenQuota');
export const tokens = own('tokens');
export const versions = own('versions');
export const webhookAddresses = own('webhookAddresses');
export const webhooks = own('webhooks');
export const workflow = own('workflow');

/** The ports of the runtime that is set now: a handler keeps what it was loaded with. */
export const compose = <Ports extends Partial<Runtime>>(_: Factories<Ports>): Ports => runtime() as unknown as Ports;
