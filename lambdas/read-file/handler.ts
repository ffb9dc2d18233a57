import { compose, logger, objects, repositories } from '#ports';
import { FileParams, ReadFileHeaders, ReadFileQuery } from '../../core/contract/files.ts';
import { type ReadFileOutcome, readFile } from '../../core/files/read-file.ts';
import { toldName } from '../../core/manifest/git-path.ts';
import { contentsRefusal, notKept } from '../handling/contents-answer.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { isUnchanged } from '../handling/entity-tag.ts';
import { type Answer, invalid, problem } from '../handling/problems.ts';

const ports = compose({ logger, objects, repositories });
const read = readFile(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: FileParams, query: ReadFileQuery, headers: ReadFileHeaders },
  async ({ user, params, query, headers }) => {
    const isKnown = (blob: string): boolean => isUnchanged(headers['if-none-match'], entityTag(blob));
    const outcome = await read(params.repo_id, user, params.file_path, query, isKnown);
    return answer(toldName(params.file_path).path, outcome);
  },
);

/** Weak: what stands around the text may change while the blob does not. */
const entityTag = (blob: string): string => `W/"${blob}"`;
const headersOf = (blob: string) => ({ etag: entityTag(blob), 'cache-control': 'private, no-cache' });

const answer = (name: string, outcome: ReadFileOutcome): Answer => {
  switch (outcome.kind) {
    case 'found':
      return { status: 200, body: outcome.file, headers: headersOf(outcome.file.blob) };
    case 'unchanged':
      return { status: 304, body: null, headers: headersOf(outcome.blob) };
    case 'absent':
      return problem(404, 'Not found', `there is no file ${name} on branch ${outcome.branch} at ${outcome.commit}`);
    case 'directory':
      return problem(404, 'Not a file', `${name} is a directory of branch ${outcome.branch}: list it with files?path=`);
    case 'left-out': {
      const { branch, outcome: became, reason } = outcome;
      const why = became === 'failed' ? `it failed: ${reason}` : reason;
      const detail = `${name} is not in the index of branch ${branch}: ${why}`;
      return problem(404, 'Not indexed', detail, { reason: became === 'failed' ? 'failed' : reason });
    }
    case 'not-kept':
      return notKept(outcome.branch);
    case 'beyond-end':
      return invalid([{ field: 'query.start', message: `must be at most ${outcome.lines}, the file’s lines` }]);
    default:
      return contentsRefusal(outcome);
  }
};
