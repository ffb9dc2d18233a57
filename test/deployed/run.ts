import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../../adapters/system/command-line.ts';
import { installServers, ServersUnavailableError } from './install-servers.ts';

/**
 * `npm run test:deployed`. Everything runs in namespaces of its own: its network has nothing but loopback, so that AWS's
 * names may lead to servers of this machine; and whatever it started ends with it.
 */
if (process.argv.includes('--help'))
  commandLine({
    usage: `npm run test:deployed [-- <what vitest takes>]

Deploys the whole stack to an emulated AWS, in namespaces of its own, and tests it. Its servers are installed first: some minutes.`,
  });

const main = async (): Promise<number> => {
  try {
    const servers = await installServers();
    const inside = fileURLToPath(new URL('in-namespace.ts', import.meta.url));
    const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const child = spawn('unshare', [...flags, process.execPath, inside, ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, DEPLOYED_SERVERS: JSON.stringify(servers) },
    });
    return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  } catch (error) {
    if (!(error instanceof ServersUnavailableError)) throw error;
    process.stderr.write(`\nThe emulated cloud cannot be had, and nothing was tested: ${error.message}\n\n`);
    return process.env.CI === 'true' ? 1 : 0;
  }
};

process.exitCode = await main();
