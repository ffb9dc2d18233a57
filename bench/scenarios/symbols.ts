import { createTreeSitterSymbols } from '../../adapters/embedding/symbols/tree-sitter-symbols.ts';
import type { SymbolsAnswer } from '../../core/contract/symbols.ts';
import { atMost, type Measured } from '../figures.ts';
import { sampleTexts } from '../queries.ts';
import { notMeasured, type Scenario } from '../scenario.ts';
import { quantile } from '../statistics.ts';

const ROUNDS = 10;
const SAMPLE = 400;

/** Of the names that a sample of files defines: one that a single file has, and the one that most have; null where each is of one file. */
const definedNames = async (
  texts: readonly { readonly path: string; readonly text: string }[],
): Promise<{ readonly rare: string; readonly common: string | null }> => {
  const extractor = createTreeSitterSymbols();
  const files = new Map<string, number>();
  for (const { path, text } of texts)
    for (const name of new Set((await extractor.definitionsIn(path, text)).definitions.map(({ name }) => name)))
      if (name.length > 2) files.set(name, (files.get(name) ?? 0) + 1);
  const ranked = [...files].sort(([a, n], [b, m]) => m - n || b.length - a.length || (a < b ? -1 : 1));
  const [common] = ranked;
  const rare = ranked.find(([, count]) => count === 1);
  if (common === undefined || rare === undefined) throw new RangeError('no definitions in these files');
  return { rare: rare[0], common: common[1] > 1 ? common[0] : null };
};

/** Definitions by name: the first page of a rare one, of the one that most files have, and of one that is in no file; and a file's outline. */
export const symbols: Scenario = {
  name: 'symbols',
  run: async (bench) => {
    const { indexed } = await bench.full();
    const { api } = await bench.service();
    const texts = await sampleTexts(bench.repository, indexed, SAMPLE);
    const { rare, common } = await definedNames(texts);
    const largest = texts.reduce((best, each) => (each.text.length > best.text.length ? each : best));
    const asked = [
      { name: 'rare name', path: `symbols?name=${encodeURIComponent(rare)}`, target: atMost(1000, 300) },
      ...(common === null
        ? []
        : [{ name: 'common name', path: `symbols?name=${encodeURIComponent(common)}`, target: atMost(4000, 2000) }]),
      { name: 'name of no file', path: 'symbols?name=nowhereDefinedAtAll', target: atMost(1000, 300) },
      { name: 'a name’s beginning', path: `symbols?match=prefix&name=${encodeURIComponent(rare.slice(0, 8))}` },
      { name: 'outline', path: `outline/${largest.path.split('/').map(encodeURIComponent).join('/')}` },
    ];
    const measured: Measured[] =
      common === null ? [notMeasured('common name', 'no name of the sample is defined in two files')] : [];
    for (const { name, path, target } of asked) {
      const milliseconds: number[] = [];
      let answer: SymbolsAnswer | null = null;
      for (let round = 0; round < ROUNDS; round++) {
        const begun = performance.now();
        const { status, body } = await api.call<SymbolsAnswer>('GET', `/api/repositories/${bench.id}/${path}`);
        milliseconds.push(performance.now() - begun);
        if (status !== 200) throw new Error(`${path} was answered ${status} ${JSON.stringify(body)}`);
        answer = body;
      }
      const [cold = Number.NaN, ...warm] = milliseconds;
      const cut = answer?.truncated === undefined ? '' : `, cut by ${answer.truncated}`;
      const note = `${path}: ${answer?.symbols.length} definitions${cut}`;
      measured.push(
        { name: `${name}, first time`, value: cold, unit: 'ms', ...(target === undefined ? {} : { target }) },
        { name: `${name}, again p50`, value: quantile(warm, 0.5), unit: 'ms', note },
      );
    }
    return measured;
  },
};
