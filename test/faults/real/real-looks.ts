import type { RepositoryAnswer, SearchAnswer } from '../../../core/contract/api.ts';
import { type Files, ignored, isIndexable } from '../truth.ts';
import { guest, type RealLab } from './real-lab.ts';

/** What every text of truth.ts is found by. */
export const everything = 'walrus narwhal export';
/** The most that a search shows. */
const LIMIT = 100;

const search = (lab: RealLab, user: string, id: string, branch: string, q: string, path?: string) => {
  const query = new URLSearchParams({ q, branch, limit: String(LIMIT), ...(path === undefined ? {} : { path }) });
  return lab.attempt(`search ${branch} of ${id}`, () =>
    lab.api(user).call<SearchAnswer & { fault?: string }>('GET', `/api/repositories/${id}/search?${query}`),
  );
};

/** Every hit is of the commit that the answer names, word for word. */
const judgeHits = (lab: RealLab, what: string, { results, indexed_commit }: SearchAnswer): Files | null => {
  const files = lab.filesAt(indexed_commit);
  if (files === undefined) {
    lab.say(`${what} is of ${indexed_commit}, which was never in a source`);
    return null;
  }
  for (const { path, start_line, end_line, snippet } of results) {
    const lines = files.get(path)?.content.split('\n') ?? [];
    const there = lines.slice(start_line - 1, end_line).join('\n');
    if (there.trim() !== snippet.trim() || snippet.trim() === '')
      lab.say(`${what} shows ${path}:${start_line} ${JSON.stringify(snippet)} in place of ${JSON.stringify(there)}`);
    if (!isIndexable(path, files, [])) lab.say(`${what} shows ${path}, which no rule lets in`);
  }
  return files;
};

const found = (results: SearchAnswer['results']): ReadonlySet<string> => new Set(results.map(({ path }) => path));
const isBulk = (path: string): boolean => path.startsWith('bulk/');

/** At any moment: a search shows one commit, nothing that is not in it, and all that has to be. */
export const judgeLook = async (
  lab: RealLab,
  repository: RepositoryAnswer,
  branch: string,
  asGuest: boolean,
): Promise<void> => {
  const { repository_id: id, owner } = repository;
  const reply = await search(lab, asGuest ? guest : owner, id, branch, everything);
  // The grant, the repository or the branch may come and go meanwhile: what must not be shown is judged at rest.
  if (reply === null || reply.status === 404 || reply.status === 403) return;
  const what = `a search of ${branch} in ${id}`;
  if (reply.status === 503) return judgeUnavailable(lab, what, reply.body.fault);
  if (reply.status !== 200) return lab.say(`${what} ended with ${reply.status}`);
  lab.count('looks that found');
  const files = judgeHits(lab, what, reply.body);
  if (files === null) return;
  const paths = found(reply.body.results);
  const everyRule = [...ignored.repository, ...ignored.request];
  for (const path of files.keys())
    if (!isBulk(path) && isIndexable(path, files, everyRule) && !paths.has(path))
      lab.say(`${what} at ${reply.body.indexed_commit} does not show ${path}`);
};

/** An index that is not what its record says is told as such; only where somebody has changed it. */
const judgeUnavailable = (lab: RealLab, what: string, fault: string | undefined): void => {
  lab.count(`looks answered 503 ${fault ?? ''}`);
  if (fault !== undefined && !lab.service.isIndexOlder)
    lab.say(`${what} says ${fault}, and nobody has touched the index`);
};

/** At rest: a branch is its head, under the patterns of its repository, file by file. */
export const judgeBranch = async (
  lab: RealLab,
  repository: RepositoryAnswer,
  branch: string,
  commit: string,
): Promise<void> => {
  const { repository_id: id, owner, ignore_patterns: patterns, index } = repository;
  const what = `${branch} of ${id} at rest`;
  const reply = await search(lab, owner, id, branch, everything);
  if (reply?.status !== 200)
    return lab.say(`${what}: a search ended with ${reply?.status} ${JSON.stringify(reply?.body)}`);
  if (reply.body.indexed_commit !== commit) lab.say(`${what} is ${reply.body.indexed_commit} in place of ${commit}`);
  const files = judgeHits(lab, what, reply.body);
  if (files === null) return;
  const wanted = [...files.keys()].filter((path) => isIndexable(path, files, patterns));
  const paths = found(reply.body.results);
  for (const path of wanted) if (!isBulk(path) && !paths.has(path)) lab.say(`${what} does not show ${path}`);
  for (const path of paths) if (!wanted.includes(path)) lab.say(`${what} shows ${path}`);
  const counted = index.branches.find(({ name }) => name === branch)?.files;
  if (counted !== wanted.length) lab.say(`${what} counts ${counted} files in place of ${wanted.length}`);
  for (const path of wanted.filter(isBulk).filter((_, at) => at % 20 === 0)) {
    const word = /quokka\d+x7/.exec(files.get(path)?.content ?? '')?.[0] ?? '';
    const one = await search(lab, owner, id, branch, word, path);
    if (one?.status !== 200) return lab.say(`${what}: a search for ${word} ended with ${one?.status}`);
    judgeHits(lab, what, one.body);
    if (!found(one.body.results).has(path)) lab.say(`${what} does not show ${path}`);
  }
};
