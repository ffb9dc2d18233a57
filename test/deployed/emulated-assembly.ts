import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmulatedTemplate, emulatedTemplate } from './emulated-template.ts';
import { account, region } from './host-names.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON as CDK defines it
type Json = any;

/** What Lambda's managed runtime does: the runtime client with the handler's name. What it says outlives the emulator. */
const bootstrap = `#!/bin/sh
export AWS_LAMBDA_LOG_GROUP_NAME="/aws/lambda/$AWS_LAMBDA_FUNCTION_NAME"
exec "$RUNTIME_NODE" "$RUNTIME_CLIENT" "$_HANDLER" >>"$RUNTIME_LOGS/$AWS_LAMBDA_FUNCTION_NAME.log" 2>&1
`;

/**
 * Makes a synthesised assembly deployable to the emulator, in place: the template as test/deployed/emulated-template.ts
 * says, each function's code with a bootstrap, and the git functions' image as an archive. CDK knows a template by its
 * hash, so that is made anew.
 */
export const emulateAssembly = async (
  assembly: string,
  stack: string,
  change: (template: Json) => void = () => undefined,
): Promise<EmulatedTemplate> => {
  const path = (name: string): string => join(assembly, name);
  const read = (name: string): Json => JSON.parse(readFileSync(path(name), 'utf8'));
  const assets = read(`${stack}.assets.json`);
  const template = read(`${stack}.template.json`);
  change(template);
  const emulated = emulatedTemplate(template);

  const [image, ...others] = Object.keys(assets.dockerImages);
  if (image === undefined || others.length > 0) throw new Error('the git functions share one image');
  const archive = `asset.${image}`;
  await unpackImage(path(archive));
  delete assets.dockerImages[image];
  assets.files[image] = {
    displayName: 'the image’s code',
    source: { path: archive, packaging: 'zip' },
    destinations: destinationsOf(`${image}.zip`),
  };

  for (const { source } of Object.values<Json>(assets.files)) {
    if (source.packaging !== 'zip') continue;
    await writeFile(join(path(source.path), 'bootstrap'), bootstrap);
    await chmod(join(path(source.path), 'bootstrap'), 0o755);
  }

  const text = JSON.stringify(emulated.template, null, 1);
  const hash = createHash('sha256').update(text).digest('hex');
  writeFileSync(path(`${stack}.template.json`), text);
  const old = Object.entries<Json>(assets.files).find(
    ([, { source }]) => source.path === `${stack}.template.json`,
  )?.[0];
  if (old === undefined) throw new Error('the template is an asset');
  const rehashed = (json: Json): string => JSON.stringify(json, null, 1).replaceAll(old, hash);
  writeFileSync(path(`${stack}.assets.json`), rehashed(assets));
  writeFileSync(path('manifest.json'), rehashed(read('manifest.json')));
  return emulated;
};

const destinationsOf = (objectKey: string): object => ({
  'the-account': {
    bucketName: `cdk-hnb659fds-assets-${account}-${region}`,
    objectKey,
    assumeRoleArn: `arn:aws:iam::${account}:role/cdk-hnb659fds-file-publishing-role-${account}-${region}`,
  },
});

/** Leaves of the image's context the functions alone, which is what Docker would copy into the image. */
const unpackImage = async (context: string): Promise<void> => {
  await rename(join(context, 'functions'), `${context}-functions`);
  await rm(context, { recursive: true });
  await rename(`${context}-functions`, context);
};
