import { createHash } from 'node:crypto';
import { type ManifestEntry, parseManifestLine } from '../../core/manifest/manifest.ts';
import { gramsOf, mayHold, readFilter } from '../../core/manifest/packs/gram-filter.ts';
import { readPack } from '../../core/manifest/packs/pack-text.ts';
import type { ManifestRoot } from '../../core/manifest/pages/manifest-root.ts';
import { contentSet, packOfLine } from '../../core/manifest/pages/manifest-sets.ts';
import type { PageRef } from '../../core/manifest/pages/paged-set.ts';
import { packsOf } from '../../core/objects/manifests.ts';
import { filterKey, packKey } from '../../core/objects/object-keys.ts';
import type { Services } from './services.ts';
import type { Files } from './truth.ts';

interface Published {
  readonly root: ManifestRoot;
  /** Of all files, and of all contents. */
  readonly paths: readonly string[];
  readonly contents: readonly string[];
  readonly files: Files;
}

/** The text of each indexed file is in the pack that the manifest names, and no pack is named for nothing. Returns the packs' keys. */
export const judgeContents = (
  { objects }: Pick<Services, 'objects'>,
  repositoryId: string,
  { root, paths, contents, files }: Published,
  say: (violation: string) => void,
): readonly string[] => {
  const packs = packsOf({ root });
  const indexed = paths.map(parseManifestLine).filter(({ outcome }) => outcome === 'indexed');
  const blobs = [...new Set(indexed.map(({ oid }) => oid))].sort();
  const kept = contents.map(contentSet.keyOf);
  if (blobs.join() !== kept.join()) say(`the contents are those of ${kept.join()} in place of ${blobs.join()}`);
  const texts = new Map(packs.map((pack) => [pack.name, textsOf(objects, repositoryId, pack, say)]));
  for (const { name, files: held } of packs) {
    const named = contents.filter((line) => packOfLine(line) === name).length;
    if (named !== held || held === 0) say(`the pack ${name} has ${named} texts of the branch, the root says ${held}`);
  }
  const packOf = new Map(contents.map((line) => [contentSet.keyOf(line), packOfLine(line)]));
  for (const entry of indexed) judgeText(entry, texts.get(packOf.get(entry.oid) ?? ''), files, say);
  return packs.flatMap((pack) => [packKey(repositoryId, pack), filterKey(repositoryId, pack)]);
};

type Texts = Pick<ReturnType<typeof readPack>, 'textOf'> & { readonly filter: ReturnType<typeof readFilter> };

const textsOf = (
  objects: Services['objects'],
  repositoryId: string,
  pack: PageRef,
  say: (violation: string) => void,
): Texts | undefined => {
  const key = packKey(repositoryId, pack);
  const text = objects.peekText(key);
  const filter = objects.peekText(filterKey(repositoryId, pack));
  if (text === undefined || filter === undefined) {
    say(`the pack ${key} or its filter is not there`);
    return undefined;
  }
  if (createHash('sha256').update(text).digest('hex').slice(0, 32) !== pack.name) say(`the pack ${key} is another one`);
  if (text.length !== pack.stored) say(`the pack ${key} has ${text.length} bytes of ${pack.stored}`);
  const read = readPack(text);
  if (read.oids.length !== pack.lines) say(`the pack ${key} has ${read.oids.length} texts of ${pack.lines}`);
  return { ...read, filter: readFilter(filter) };
};

const judgeText = (
  { path, oid }: ManifestEntry,
  pack: Texts | undefined,
  files: Files,
  say: (violation: string) => void,
): void => {
  const content = files.get(path)?.content ?? '';
  if (pack?.textOf(oid) !== content) say(`the text of ${path} is not what is kept of it`);
  else if (!content.split('\n').every((line) => mayHold(pack.filter, gramsOf(line, false))))
    say(`the filter of the pack that has ${path} denies one of its lines`);
};
