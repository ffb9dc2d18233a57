import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import prh from 'prh';
import { type Passage, proseOf } from './prose-of.ts';

/**
 * `npm run check:prose`: docs, comments and messages against the list of plain words (docs/style/words.yml); prints which
 * words to use instead. With file names: those only. The list's own examples are tried as it is loaded.
 */

/** What people read of the product. docs/api.md is written from the contract, whose texts are read there. */
const readable = ['*.md', 'docs/**/*.md', '{bin,lib,lambdas,core,adapters,local}/**/*.ts'];
const list = prh.fromYAMLFilePath('docs/style/words.yml');

/** All passages as one text in which a phrase stands on one line, and the file's line for each place in it. */
const flow = (passages: readonly Passage[]) => {
  let text = '';
  const lines: { readonly from: number; readonly line: number }[] = [];
  for (const passage of passages) {
    for (const { line, text: part } of passage) {
      lines.push({ from: text.length, line });
      text += `${part.trim()} `;
    }
    text += '\n\n';
  }
  return { text, lineAt: (index: number) => lines.findLast(({ from }) => from <= index)?.line ?? 1 };
};

const named = process.argv.slice(2);
const paths = named.length > 0 ? named : await Array.fromAsync(glob(readable, { exclude: ['docs/api.md'] }));
let found = 0;
for (const path of paths.sort()) {
  const { text, lineAt } = flow(proseOf(path, readFileSync(path, 'utf8')));
  for (const { index, matches, newText } of list.makeChangeSet(path, text).diffs) {
    found += 1;
    const [words = ''] = matches;
    process.stderr.write(`${path}:${lineAt(index)}: “${words.trim()}”: write “${newText?.trim()}”\n`);
  }
}
if (found > 0) {
  process.stderr.write(`${found} in ${paths.length} files; docs/style/words.yml has the list\n`);
  process.exitCode = 1;
}
