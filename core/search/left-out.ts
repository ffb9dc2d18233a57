import { type NotSearched, notSearchedReasons } from '../contract/grep.ts';
import { isIndexedLine, parseManifestLine } from '../manifest/manifest.ts';
import { pathSet } from '../manifest/pages/manifest-sets.ts';
import { mapAhead } from '../manifest/pages/map-ahead.ts';
import { PAGES_AT_ONCE } from '../manifest/pages/paged-set.ts';
import { pagesIn } from '../manifest/pages/read-pages.ts';
import { isAsked, type PathsAsked } from '../objects/contents.ts';
import { type Manifest, pagesOf } from '../objects/manifests.ts';

/** The files of a branch that are not in its index, by reason, in the order of the reasons. Of the whole branch it is counted once. */
export const leftOut = async (manifest: Manifest, paths: PathsAsked | undefined): Promise<NotSearched[]> => {
  if (paths !== undefined) return countLeftOut(manifest, paths);
  const counted = known.get(manifest.root) ?? countLeftOut(manifest, undefined);
  known.set(manifest.root, counted);
  counted.catch(() => known.delete(manifest.root));
  return counted;
};

/** By roots, which are kept while their branches are read. */
const known = new WeakMap<Manifest['root'], Promise<NotSearched[]>>();

const countLeftOut = async (manifest: Manifest, paths: PathsAsked | undefined): Promise<NotSearched[]> => {
  const counts = new Map<string, number>();
  const pages = pagesIn(pathSet, pagesOf(manifest, pathSet), { from: paths?.prefix ?? '', to: undefined });
  for await (const lines of mapAhead(pages, PAGES_AT_ONCE, manifest.read))
    for (const line of lines) {
      if (isIndexedLine(line)) continue;
      const { path, outcome, reason } = parseManifestLine(line);
      const why = outcome === 'failed' ? 'failed' : reason;
      if (isAsked(paths, path)) counts.set(why, (counts.get(why) ?? 0) + 1);
    }
  return notSearchedReasons.flatMap((reason) => {
    const files = counts.get(reason);
    return files === undefined ? [] : [{ reason, files }];
  });
};
