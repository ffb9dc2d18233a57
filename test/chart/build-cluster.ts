import { execFile } from 'node:child_process';
import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the chart is tried with. `etcd` is the one that this Kubernetes names in its go.mod. */
const versions = { kubernetes: '1.36.3', helm: '4.1.4', operator: '0.85.0' } as const;

/** Where the programs are kept between runs; `CHART_SERVERS_DIR` moves it. */
const directory = process.env.CHART_SERVERS_DIR ?? fileURLToPath(new URL('../../.chart-servers', import.meta.url));

export interface ClusterPrograms {
  readonly apiServer: string;
  readonly etcd: string;
  readonly helm: string;
  /** The definition of ServiceMonitor, which the Prometheus operator adds to a cluster. */
  readonly serviceMonitor: string;
  readonly version: string;
}

/** Builds what is not there yet from the modules that Go's proxy has: 5 minutes on two processors the first time. */
export const buildCluster = async (): Promise<ClusterPrograms> => {
  const { kubernetes, helm, operator } = versions;
  const bin = join(directory, `${kubernetes}-${helm}`);
  const programs = {
    apiServer: join(bin, 'kube-apiserver'),
    etcd: join(bin, 'etcd'),
    helm: join(bin, 'helm'),
    serviceMonitor: join(bin, `servicemonitors-${operator}.yaml`),
    version: `${kubernetes}, helm ${helm}`,
  };
  await mkdir(bin, { recursive: true });
  if (await isMissing(programs.apiServer, programs.etcd)) await buildServers(programs);
  if (await isMissing(programs.helm))
    await build('helm', [`helm.sh/helm/v4@v${helm}`], 'helm.sh/helm/v4/cmd/helm', programs.helm);
  if (await isMissing(programs.serviceMonitor)) {
    const from = await moduleFolder(`github.com/prometheus-operator/prometheus-operator@v${operator}`);
    const crds = join(from, 'example/prometheus-operator-crd');
    await copyFile(join(crds, 'monitoring.coreos.com_servicemonitors.yaml'), programs.serviceMonitor);
  }
  return programs;
};

const isMissing = async (...files: readonly string[]): Promise<boolean> =>
  (await Promise.allSettled(files.map((file) => access(file)))).some(({ status }) => status === 'rejected');

/**
 * Kubernetes' module leaves its own parts (`staging`) to its source tree. They are published under their own names, so a module that
 * replaces them by these builds the same program.
 */
const buildServers = async ({ apiServer, etcd }: Pick<ClusterPrograms, 'apiServer' | 'etcd'>): Promise<void> => {
  const { kubernetes } = versions;
  const source = await moduleFolder(`k8s.io/kubernetes@v${kubernetes}`);
  const [module, sums] = await Promise.all(['go.mod', 'go.sum'].map((file) => readFile(join(source, file), 'utf8')));
  const own = (module ?? '')
    .replace(/^module .*$/m, 'module cluster')
    .replaceAll(/=> \.\/staging\/src\/(\S+)/g, `=> $1 v0${kubernetes.slice(1)}`);
  const folder = await goModule('servers', own, sums ?? '');
  await go(folder, ['mod', 'edit', `-require=k8s.io/kubernetes@v${kubernetes}`]);
  const version = 'k8s.io/component-base/version';
  const [major, minor] = kubernetes.split('.');
  const stamp = `-s -w -X ${version}.gitVersion=v${kubernetes} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`;
  await go(folder, ['build', '-ldflags', stamp, '-o', apiServer, 'k8s.io/kubernetes/cmd/kube-apiserver']);
  await go(folder, ['build', '-ldflags', '-s -w', '-o', etcd, 'go.etcd.io/etcd/server/v3']);
};

const build = async (name: string, modules: readonly string[], program: string, to: string): Promise<void> => {
  const folder = await goModule(name, `module ${name}-built\n`, '');
  await go(folder, ['get', ...modules]);
  await go(folder, ['build', '-ldflags', '-s -w', '-o', to, program]);
};

const goModule = async (name: string, module: string, sums: string): Promise<string> => {
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  await Promise.all([writeFile(join(folder, 'go.mod'), module), writeFile(join(folder, 'go.sum'), sums)]);
  return folder;
};

const moduleFolder = async (module: string): Promise<string> => {
  const folder = await goModule('downloads', 'module downloads\n', '');
  const { Dir } = JSON.parse(await go(folder, ['mod', 'download', '-json', module])) as { readonly Dir: string };
  return Dir;
};

const go = async (cwd: string, args: readonly string[]): Promise<string> => {
  process.stderr.write(`go ${args[0]} ${args.at(-1)}\n`);
  const env = { ...process.env, GOFLAGS: '-mod=mod -buildvcs=false' };
  return (await run('go', args, { cwd, env, maxBuffer: 64 * 2 ** 20 })).stdout;
};
