import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { commandLine } from '../../adapters/system/command-line.ts';
import { buildCluster, type ClusterPrograms } from './build-cluster.ts';
import { type Cluster, startCluster } from './start-cluster.ts';

commandLine({
  usage: `npm run test:chart

Installs the Helm chart in a Kubernetes API server, which is built first: some minutes. It needs Go.`,
});

/**
 * `npm run test:chart`: the chart in a real Kubernetes API, with each set of values that docs/deploy.md and deploy/helm name. All namespaces enforce the
 * pod security standard `restricted`. Nothing runs the pods: each is asked for as the StatefulSet's controller would, and admitted or refused.
 */
const run = promisify(execFile);
const chart = fileURLToPath(new URL('../../deploy/helm/repository-sync', import.meta.url));
const everyPart = fileURLToPath(new URL('../../deploy/helm/every-part.yaml', import.meta.url));
const image = ['--set', 'image.repository=registry.example.com/repository-sync'];

const sets: Readonly<Record<string, readonly string[]>> = {
  defaults: image,
  'every-part': ['-f', everyPart],
  'load-balancer': [...image, '--set', 'service.type=LoadBalancer'],
  embeddings: [...image, '--set', 'embeddings.url=http://models:11434/v1,embeddings.model=embed'],
  metrics: [...image, '--set', 'metrics.enabled=true'],
};

interface StatefulSet {
  readonly spec: {
    readonly template: { metadata: object; readonly spec: { volumes: object[]; securityContext: object } };
  };
}

const tryChart = async (cluster: Cluster, { helm, serviceMonitor }: ClusterPrograms): Promise<void> => {
  const helmed = async (...args: readonly string[]) =>
    run(helm, args, { env: { PATH: process.env.PATH, HOME: '/nonexistent', KUBECONFIG: cluster.kubeconfig } });
  const made = async (path: string, body: unknown): Promise<void> => {
    const { status, body: answer, warnings } = await cluster.call('POST', path, body);
    assert.deepEqual([status, warnings], [201, []], answer.message);
  };
  await made('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', parse(await readFile(serviceMonitor, 'utf8')));
  for (const [namespace, values] of Object.entries(sets)) {
    const policy = ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']);
    await made('/api/v1/namespaces', { metadata: { name: namespace, labels: Object.fromEntries(policy) } });
    // What the controllers of a whole cluster would make.
    await made(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
    for (const command of ['install', 'upgrade'] as const) {
      const { stderr } = await helmed(command, 'sync', chart, '-n', namespace, ...values);
      assert.equal(stderr, '', `${command} with ${namespace}`);
    }
    const name = 'sync-repository-sync';
    const { body } = await cluster.call('GET', `/apis/apps/v1/namespaces/${namespace}/statefulsets/${name}`);
    const pod = podOf(body as unknown as StatefulSet);
    const pods = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
    await made(pods, pod);
    const asRoot = {
      ...pod,
      spec: { ...pod.spec, securityContext: { ...pod.spec.securityContext, runAsNonRoot: false } },
    };
    const refused = await cluster.call('POST', pods, asRoot);
    assert.equal(refused.status, 403, 'a pod that may be root is refused: the policy is in force');
    await helmed('uninstall', 'sync', '-n', namespace);
    process.stdout.write(`${namespace}: installed, upgraded and removed without a warning; its pod is admitted\n`);
  }
};

/** As its controller makes it. */
const podOf = ({ spec: { template } }: StatefulSet) => ({
  metadata: { ...template.metadata, name: 'sync-repository-sync-0' },
  spec: {
    ...template.spec,
    volumes: [
      ...template.spec.volumes,
      { name: 'data', persistentVolumeClaim: { claimName: 'data-sync-repository-sync-0' } },
    ],
  },
});

/** What the service's own variables are set by is said before the cluster is asked. */
const refusesOwnVariables = async ({ helm }: ClusterPrograms): Promise<void> => {
  for (const set of ['PORT=4000', 'METRICS=on', 'EMBEDDINGS_URL=http://models', 'DATA_DIR=/data']) {
    const rendered = run(helm, ['template', 'sync', chart, '--set', `environment.${set}`]);
    await assert.rejects(rendered, /environment\.\w+ is the chart's own: (set [a-z.]+|it cannot be changed)/i);
  }
};

const programs = await buildCluster();
await refusesOwnVariables(programs);
const cluster = await startCluster(programs);
try {
  await tryChart(cluster, programs);
  process.stdout.write(`Kubernetes ${programs.version}\n`);
} finally {
  await cluster.stop();
}
