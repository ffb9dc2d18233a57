import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  /** Where another package stands in this one's place. */
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  /** Of a workspace: a link to its folder. */
  readonly link?: boolean;
}
const read = (file: string): { packages: Record<string, Locked> } => JSON.parse(readFileSync(file, 'utf8'));
const lock = read('package-lock.json');
/** The packages that build docs as a site have a lock of their own (test/support/build-site.ts). */
const site = 'docs/.vitepress';
/** The project itself and its workspaces are not installed from anywhere. */
const { workspaces }: { workspaces: readonly string[] } = JSON.parse(readFileSync('package.json', 'utf8'));
const entriesOf = ({ packages }: typeof lock): readonly [string, Locked][] =>
  Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true && !workspaces.includes(path));
const installed = entriesOf(lock);
const locked = [...installed, ...entriesOf(read(`${site}/package-lock.json`))];

it('the lock holds the hash of every package, so that what is installed is what was tested', () => {
  const without = locked.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true);
  // For platforms whose packages the registry that the lock was made with does not have.
  expect(without.map(([path]) => path)).toEqual([
    'node_modules/@lancedb/lancedb-darwin-arm64',
    'node_modules/@lancedb/lancedb-linux-arm64-gnu',
    'node_modules/@lancedb/lancedb-linux-arm64-musl',
    'node_modules/@lancedb/lancedb-win32-arm64-msvc',
    'node_modules/@lancedb/lancedb-win32-x64-msvc',
  ]);
  for (const [, { optional, os }] of without) expect([optional, os?.length]).toEqual([true, 1]);
});

it('every hash is SHA-512', () => {
  const weak = locked.filter(
    ([, { integrity }]) => integrity !== undefined && !/^sha512-[\w+/]{86}==$/.test(integrity),
  );
  expect(weak.map(([path]) => path)).toEqual([]);
});

it('every dependency is pinned to one version', () => {
  for (const folder of ['.', ...workspaces, site]) {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      readFileSync(`${folder}/package.json`, 'utf8'),
    );
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }))
      expect(range, name).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

interface Component {
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string }[];
  readonly properties: readonly { readonly name: string }[];
}

const isDevelopment = ({ name }: { readonly name: string }): boolean => name === 'cdx:npm:package:development';

// `npm sbom --omit dev` leaves out what development needs too, zod for one: so all are listed, and those of development alone are marked.
it('the bill of materials, npm run sbom, names each package with version and hash, and marks what only development needs', () => {
  const sbom = JSON.parse(execFileSync('npm', ['run', '-s', 'sbom'], { encoding: 'utf8' }));
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
  const listed = Map.groupBy(sbom.components as readonly Component[], ({ purl }) => purl);
  const purlOf = (path: string, { name, version }: Locked): string =>
    `pkg:npm/${(name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)).replace('@', '%40')}@${version}`;
  // npm lists a package once, and without a hash where another package brings the same one inside itself.
  const bundled = new Set(installed.flatMap(([path, entry]) => (entry.inBundle === true ? [purlOf(path, entry)] : [])));
  expect(installed.length).toBeGreaterThan(400);
  for (const [path, entry] of installed) {
    const purl = purlOf(path, entry);
    const components = listed.get(purl) ?? [];
    expect(components.length, path).toBeGreaterThan(0);
    const hashed = components.some(({ hashes }) => hashes?.[0]?.alg === 'SHA-512');
    if (entry.integrity !== undefined && !bundled.has(purl)) expect(hashed, path).toBe(true);
    const forProduct = components.some(({ properties }) => !properties.some(isDevelopment));
    if (entry.dev !== true) expect(forProduct, path).toBe(true);
  }
  const vitest = `pkg:npm/vitest@${lock.packages['node_modules/vitest']?.version}`;
  expect(listed.get(vitest)?.every(({ properties }) => properties.some(isDevelopment))).toBe(true);
});
