import { JobFile, type JobFileList, type JobFilesQuery } from '../contract/api.ts';
import type { JobId, UserId } from '../contract/ids.ts';
import { toldName } from '../manifest/git-path.ts';
import { ledgerKey, ledgerPrefix } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Access } from '../repositories/with-access.ts';
import { LEDGER_PART_LINES, ledgerOutcomes } from '../sync/ledger.ts';
import { withJobAccess } from './job-access.ts';
import { lookAtJob } from './look-at-job.ts';

type Deps = Pick<Runtime, 'jobs' | 'repositories' | 'followUps' | 'objects'>;

export type JobFilesOutcome = Access<
  { readonly kind: 'found'; readonly list: JobFileList } | { readonly kind: 'bad-cursor' }
>;

/** Where a line of a ledger stands. */
interface Position {
  readonly outcome: JobFile['outcome'];
  readonly part: number;
  readonly line: number;
}

/** A page of what a job skipped or failed, failed files first. A job that has not published has nothing yet. */
export const listJobFiles =
  (deps: Deps) =>
  async (id: JobId, user: UserId, { outcome, limit, cursor }: JobFilesQuery): Promise<JobFilesOutcome> => {
    const access = await withJobAccess(deps, id, user, 'read', lookAtJob(deps));
    if (access.kind !== 'allowed') return access;
    const outcomes = outcome === undefined ? ledgerOutcomes : ([outcome] as const);
    const start = cursor === undefined ? { outcome: outcomes[0], part: 0, line: 0 } : parseCursor(cursor);
    if (start === null || !outcomes.includes(start.outcome)) return { kind: 'bad-cursor' };
    const files: JobFile[] = [];
    for await (const { line, position } of linesFrom(deps, ledgerPrefix(access.view.job), outcomes, start)) {
      if (files.length === limit) return { kind: 'found', list: { files, next: cursorOf(position) } };
      const file = JobFile.parse(JSON.parse(line));
      files.push({ ...file, ...toldName(file.path) });
    }
    return { kind: 'found', list: { files, next: null } };
  };

/** The ledger's lines from a position on, part by part as they are asked for. */
async function* linesFrom(
  deps: Deps,
  prefix: string,
  outcomes: readonly JobFile['outcome'][],
  start: Position,
): AsyncGenerator<{ readonly line: string; readonly position: Position }> {
  for (const outcome of outcomes.slice(outcomes.indexOf(start.outcome))) {
    const from = outcome === start.outcome ? start : { part: 0, line: 0 };
    for (let part = from.part; ; part++) {
      const text = await deps.objects.getText(ledgerKey(prefix, outcome, part));
      if (text === null) break;
      const lines = text.split('\n').slice(0, -1);
      for (let line = part === from.part ? from.line : 0; line < lines.length; line++)
        yield { line: lines[line] ?? '', position: { outcome, part, line } };
      // Only a full part has another one after it.
      if (lines.length < LEDGER_PART_LINES) break;
    }
  }
}

const cursorOf = ({ outcome, part, line }: Position): string => `${outcome}.${part}.${line}`;

const parseCursor = (cursor: string): Position | null => {
  const [, outcome, part, line] = /^(failed|skipped|indexed)\.(\d{1,6})\.(\d{1,4})$/.exec(cursor) ?? [];
  if (outcome === undefined) return null;
  return { outcome: outcome as JobFile['outcome'], part: Number(part), line: Number(line) };
};
