import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' | 'major' }) => void;

let collect: Collect | null = null;
const collector = (): Collect => {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  return collect;
};

/** All of this thread's garbage: 20 to 60 ms of it. */
export const collectGarbage = (): void => collector()();

/** Twice as long: what a first collection only lets go of, as WebAssembly's memory, is given back by a second one. */
export const collectAllGarbage = (): void => {
  collectGarbage();
  collectGarbage();
};

/** What has become garbage since it was allocated a short while ago: up to 3 ms. Large pieces of memory outside the heap are given back by it as well. */
export const collectRecentGarbage = (): void => collector()({ type: 'minor' });
