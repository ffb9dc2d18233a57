import { median } from '../statistics.ts';
import type { Table } from '../tables.ts';
import { categories, halfOf } from './benchmark.ts';
import { meansOf, type Scored } from './scores.ts';

const titles = ['method', 'questions', 'NDCG@10', 'half a', 'half b', ...categories, 'hit@1', 'hit@5', 'p50'];

/** One line a method, then one a repository. */
export const tablesOf = (methods: ReadonlyMap<string, readonly Scored[]>, table: Table): string => {
  const figure = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(3));
  const ndcg = (scored: readonly Scored[]): string => figure(meansOf(scored).ndcg10);
  const rows = [...methods].map(([method, scored]) => {
    const { questions, hit1, hit5 } = meansOf(scored);
    const p50 = median(scored.map(({ milliseconds }) => milliseconds));
    return [
      method,
      String(questions),
      ndcg(scored),
      ndcg(scored.filter(({ subject }) => halfOf(subject) === 'a')),
      ndcg(scored.filter(({ subject }) => halfOf(subject) === 'b')),
      ...categories.map((category) => ndcg(scored.filter((one) => one.category === category))),
      figure(hit1),
      figure(hit5),
      Number.isNaN(p50) ? '–' : `${p50.toFixed(1)} ms`,
    ];
  });
  const subjects = [...new Set([...methods.values()].flat().map(({ subject }) => subject))];
  const lines = subjects.map((subject) => [
    subject,
    halfOf(subject),
    ...[...methods.values()].map((scored) => ndcg(scored.filter((one) => one.subject === subject))),
  ]);
  return `${table(titles, rows)}\n\n${table(['repository', 'half', ...methods.keys()], lines)}\n`;
};
