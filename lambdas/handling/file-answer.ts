import type { FileRefusal } from '../../core/files/open-file.ts';
import { contentsRefusal, notKept } from './contents-answer.ts';
import { type Answer, problem } from './problems.ts';

/** Weak: what stands around the text may change while the blob does not. */
export const blobTag = (blob: string): string => `W/"${blob}"`;
export const blobHeaders = (blob: string) => ({ etag: blobTag(blob), 'cache-control': 'private, no-cache' });

/** What is answered where there is no text to work with. `name`: the file's, for people. */
export const fileRefusal = (name: string, outcome: FileRefusal): Answer => {
  switch (outcome.kind) {
    case 'unchanged':
      return { status: 304, body: null, headers: blobHeaders(outcome.blob) };
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
    default:
      return contentsRefusal(outcome);
  }
};
