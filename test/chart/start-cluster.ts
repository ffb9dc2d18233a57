import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import type { ClusterPrograms } from './build-cluster.ts';

export interface Reply {
  readonly status: number;
  /** What the server says beside an answer that it gives: `Warning`, RFC 9111. */
  readonly warnings: readonly string[];
  readonly body: { readonly message?: string; readonly [member: string]: unknown };
}

export interface Cluster {
  readonly kubeconfig: string;
  call(method: string, path: string, body?: unknown): Promise<Reply>;
  stop(): Promise<void>;
}

/** A Kubernetes API with its store and all its admission, and nothing that would run a pod. Ends with {@link Cluster.stop}. */
export const startCluster = async (programs: ClusterPrograms): Promise<Cluster> => {
  const folder = await mkdtemp(join(tmpdir(), 'chart-'));
  const children: ChildProcess[] = [];
  const start = async (name: string, program: string, flags: Readonly<Record<string, string>>): Promise<void> => {
    const log = await open(join(folder, `${name}.log`), 'w');
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    children.push(spawn(program, args, { cwd: folder, stdio: ['ignore', log.fd, log.fd] }));
    await log.close();
  };
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await once(child, 'exit');
      clearTimeout(late);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [client, peer, secure] = await Promise.all([freePort(), freePort(), freePort()]);
    const [store, url] = [`http://127.0.0.1:${client}`, `https://127.0.0.1:${secure}`];
    await start('etcd', programs.etcd, {
      'data-dir': 'etcd',
      'listen-client-urls': store,
      'advertise-client-urls': store,
      'listen-peer-urls': `http://127.0.0.1:${peer}`,
      'initial-advertise-peer-urls': `http://127.0.0.1:${peer}`,
      'initial-cluster': `default=http://127.0.0.1:${peer}`,
    });
    const token = randomBytes(16).toString('hex');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await Promise.all([
      writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 }),
      writeFile(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 }),
    ]);
    await start('api', programs.apiServer, {
      'etcd-servers': store,
      'bind-address': '127.0.0.1',
      'secure-port': String(secure),
      'cert-dir': 'certificates',
      'service-cluster-ip-range': '10.0.0.0/24',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': 'key.pem',
      'service-account-signing-key-file': 'key.pem',
      'token-auth-file': 'tokens.csv',
      'authorization-mode': 'RBAC',
    });
    const certificate = join(folder, 'certificates/apiserver.crt');
    const call = caller(url, token, certificate);
    for (let second = 0; ; second++) {
      const ready = await call('GET', '/readyz').catch(() => null);
      if (ready?.status === 200) break;
      const gone = children.some(({ exitCode }) => exitCode !== null);
      if (gone || second === 60) throw new Error(`no cluster: ${await readFile(join(folder, 'api.log'), 'utf8')}`);
      await sleep(1_000);
    }
    const kubeconfig = join(folder, 'kubeconfig.json');
    const named = { cluster: 'chart', user: 'chart' };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'chart', cluster: { server: url, 'certificate-authority': certificate } }],
      users: [{ name: 'chart', user: { token } }],
      contexts: [{ name: 'chart', context: named }],
      'current-context': 'chart',
    };
    await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
    return { kubeconfig, call, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const caller =
  (url: string, token: string, certificate: string): Cluster['call'] =>
  async (method, path, body) => {
    const sent = request(`${url}${path}`, {
      method,
      ca: await readFile(certificate),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(sent, 'response');
    const text = (await Array.fromAsync(response as AsyncIterable<Buffer>)).join('');
    return {
      status: response.statusCode,
      warnings: [response.headers.warning ?? []].flat(),
      body: text.startsWith('{') ? JSON.parse(text) : { message: text },
    };
  };
