import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { addresses, knownHosts } from './host-names.ts';

/**
 * The first process of the namespaces (run.ts): gives loopback its addresses and the names of AWS, then runs the tests.
 * Refuses to run anywhere else.
 */
const run = (program: string, ...argumentsOf: readonly string[]): string =>
  execFileSync(program, argumentsOf, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const interfaces = run('ip', '-o', 'link', 'show').trim().split('\n');
if (process.pid !== 1 || interfaces.length !== 1)
  throw new Error('not in a namespace of its own: use npm run test:deployed');

const directory = mkdtempSync(join(tmpdir(), 'test-deployed-'));
run('ip', 'link', 'set', 'lo', 'up');
for (const address of Object.values(addresses))
  run('ip', 'address', 'add', address.includes(':') ? `${address}/128` : `${address}/32`, 'dev', 'lo');
const repositories = join(directory, 'repositories');
mkdirSync(repositories);
const hosts = join(directory, 'hosts');
writeFileSync(
  hosts,
  Object.entries(knownHosts)
    .map(([name, address]) => `${address} ${name}\n`)
    .join(''),
);
// In the namespace only: the mount is private to it.
run('mount', '--bind', hosts, '/etc/hosts');

const certificates = makeCertificates(directory);
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.deployed.config.ts'];
const { status } = spawnSync(process.execPath, [...vitest, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    DEPLOYED_DIRECTORY: directory,
    // The tests' repositories are in it, and one server serves them.
    TMPDIR: repositories,
    DEPLOYED_CERTIFICATES: JSON.stringify(certificates),
    // Read by Node when it starts.
    NODE_EXTRA_CA_CERTS: certificates.authority,
  },
});
run('umount', '/etc/hosts');
run('rm', '-rf', directory);
process.exitCode = status ?? 1;
