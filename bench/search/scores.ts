import { mean } from '../statistics.ts';
import { type Category, isSameFile } from './benchmark.ts';

/** What one answer is worth, each 0 to 1. */
export interface Score {
  readonly ndcg10: number;
  readonly hit1: number;
  readonly hit5: number;
}

/** A question's answer of one method. */
export interface Scored extends Score {
  readonly subject: string;
  readonly category: Category;
  /** NaN where no time was taken. */
  readonly milliseconds: number;
}

/**
 * By the places of the answering files among all that were found, best first. A found file counts for one answer only, and each answer for its
 * first place. `paths` may name a file several times: each stands in a place of its own, as the published figures count hits and not files.
 */
export const scoreOf = (paths: readonly string[], answers: readonly string[]): Score => {
  const gains = new Array<number>(10).fill(0);
  for (const answer of answers) {
    const place = paths.findIndex((path) => isSameFile(path, answer));
    if (place >= 0 && place < gains.length) gains[place] = 1;
  }
  const ideal = gained(new Array<number>(Math.min(gains.length, answers.length)).fill(1));
  return {
    ndcg10: ideal === 0 ? 0 : gained(gains) / ideal,
    hit1: gains[0] ?? 0,
    hit5: Math.max(...gains.slice(0, 5)),
  };
};

const gained = (gains: readonly number[]): number =>
  gains.reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);

export interface Means extends Score {
  readonly questions: number;
}

/** Each repository counts the same, however many questions it has: so the published figures are made. */
export const meansOf = (scored: readonly Scored[]): Means => {
  const subjects = Map.groupBy(scored, ({ subject }) => subject);
  const of = (member: keyof Score): number =>
    mean([...subjects.values()].map((list) => mean(list.map((one) => one[member]))));
  return { questions: scored.length, ndcg10: of('ndcg10'), hit1: of('hit1'), hit5: of('hit5') };
};
