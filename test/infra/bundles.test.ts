import { build, type Metafile } from 'esbuild';
import { expect, it } from 'vitest';
import { type FunctionName, functionEnvironments } from '../../core/contract/environment.ts';
import { bundling } from '../../lib/bundling.ts';
import { everyVariable } from '../support/every-variable.ts';

const names = Object.keys(functionEnvironments) as FunctionName[];

/** Every function as it is deployed, but in memory. */
const bundles = async (): Promise<Map<FunctionName, { bytes: number; packages: ReadonlySet<string> }>> => {
  const { sourceMap, ...options } = bundling;
  const { metafile } = await build({
    ...options,
    mainFields: [...bundling.mainFields],
    banner: { js: bundling.banner },
    entryPoints: names.map((name) => `lambdas/${name}/handler.ts`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    outdir: '/bundles',
    outbase: 'lambdas',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  return new Map(
    Object.entries(metafile.outputs).map(([path, { bytes, inputs }]) => [
      /([^/]+)\/handler\.js$/.exec(path)?.[1] as FunctionName,
      { bytes, packages: packagesOf(inputs) },
    ]),
  );
};

/** Names of the packages of which at least one byte is in the bundle. */
const packagesOf = (inputs: Metafile['outputs'][string]['inputs']): ReadonlySet<string> =>
  new Set(
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );

/** What a client is there for: the variable without which a function has no use of it. */
const clients: Readonly<Record<string, string>> = {
  '@aws-sdk/client-dynamodb': 'REPOSITORIES_TABLE',
  '@aws-sdk/client-s3': 'BUCKET',
  '@aws-sdk/client-s3vectors': 'VECTOR_BUCKET',
  '@aws-sdk/client-sfn': 'STATE_MACHINE_ARN',
  '@aws-sdk/client-scheduler': 'SCHEDULE_GROUP',
  '@aws-sdk/client-lambda': 'LOOK_REMOTE_FUNCTION',
  '@aws-sdk/client-bedrock-runtime': 'EMBEDDING_MODEL',
  '@aws-sdk/client-secrets-manager': 'CREDENTIALS_PREFIX',
  'aws-jwt-verify': 'TOKEN_ISSUER',
};

const variablesOf = (name: FunctionName): string[] => Object.keys(functionEnvironments[name].parse(everyVariable));

it('puts into each function’s bundle the clients that its environment is for, and no others', async () => {
  const built = await bundles();
  expect([...built.keys()].sort()).toEqual([...names].sort());
  for (const [name, { packages }] of built) {
    const variables = variablesOf(name);
    const expected = Object.entries(clients).flatMap(([client, variable]) =>
      variables.includes(variable) ? [client] : [],
    );
    const found = [...packages].filter((each) => each in clients);
    expect(found.sort(), name).toEqual(expected.sort());
  }
  const sizes = [...built].map(([name, { bytes }]) => ({ name, KiB: Math.round(bytes / 1024) }));
  sizes.sort((a, b) => b.KiB - a.KiB);
  process.stdout.write(`${sizes.map(({ name, KiB }) => `${String(KiB).padStart(6)} KiB  ${name}`).join('\n')}\n`);
  // stage: 1.1 MB are the models by which encodings are guessed.
  for (const { name, KiB } of sizes) expect(KiB, name).toBeLessThan(name === 'stage' ? 2_400 : 1_300);
}, 120_000);
