import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootCredential } from './emulator.ts';
import { account, region } from './host-names.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The project's own CDK, as somebody at a terminal runs it. `log` is the path of a file that gets what it says; its end
 * stands in the error too.
 */
export const cdk = async (log: string, argumentsOf: readonly string[]): Promise<void> => {
  const child = spawn(process.execPath, [join(root, 'node_modules/aws-cdk/bin/cdk'), ...argumentsOf, '--no-notices'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // bin/app.ts is run by `node`: the project's own, which this is.
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS,
      ...rootCredential,
      AWS_REGION: region,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true',
    },
  });
  const file = createWriteStream(log, { flags: 'a' });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      file.write(bytes);
      said.push(bytes.toString());
    });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  file.end();
  if (code !== 0) throw new Error(`cdk ${argumentsOf[0]} ended with ${code}:\n${said.join('').slice(-4000)}`);
};

export const bootstrap = (log: string): Promise<void> => cdk(log, ['bootstrap', `aws://${account}/${region}`]);

/** Only this stack's functions are bundled. */
export const synthesise = (log: string, stack: string, output: string): Promise<void> =>
  cdk(log, ['synth', stack, '--quiet', '--output', output]);

/** Deploys what stands in `assembly`. Returns the stack's outputs. */
export const deploy = async (log: string, stack: string, assembly: string): Promise<Record<string, string>> => {
  const file = join(assembly, 'outputs.json');
  const quietly = ['--require-approval', 'never', '--progress', 'events', '--outputs-file', file];
  await cdk(log, ['deploy', stack, '--app', assembly, ...quietly]);
  return JSON.parse(await readFile(file, 'utf8'))[stack];
};

export const destroy = (log: string, stack: string, assembly: string): Promise<void> =>
  cdk(log, ['destroy', stack, '--app', assembly, '--force', '--progress', 'events']);
