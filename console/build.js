/**
 * Builds the console into `console/dist`, unless what is there was made from the same files. `npm ci` runs it at its end, on the Node that the user has; where
 * the development dependencies were left out there is nothing to build with, and the service runs without a console.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'console/dist/.made-from');

/** @param {string} folder */
const filesOf = async (folder) => {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
};

const sources = async () => {
  const folders = await Promise.all(['console/src', 'console/public', 'client/src'].map(filesOf));
  const single = ['console/index.html', 'console/vite.config.ts', 'package-lock.json'].map((file) => join(root, file));
  const hash = createHash('sha256');
  for (const file of [...folders.flat(), ...single].sort())
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
};

export const buildConsole = async () => {
  const wanted = await sources();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return 'there';
  const vite = await import('vite').catch((error) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  });
  if (vite === null) return 'no vite';
  await vite.build({ root: join(root, 'console'), configFile: join(root, 'console/vite.config.ts'), logLevel: 'warn' });
  await writeFile(stamp, wanted);
  return 'built';
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outcome = await buildConsole();
  if (outcome === 'no vite')
    process.stdout.write('The console is not built: the development dependencies are not here.\n');
}
