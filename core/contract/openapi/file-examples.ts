import { problemBody } from '../problem-body.ts';
import { indexedBranch } from './examples.ts';

const { indexed_commit: commit, indexed_at, source_commit, source_seen_at, behind } = indexedBranch;
const fresh = { indexed_at, source_commit, source_seen_at, behind };
const blob = '8f94139338f9404f26296befa88755fc2598c289';

export const fileList = {
  commit,
  branch: 'main',
  ...fresh,
  entries: [
    { path: 'src/sync', type: 'directory' },
    { path: 'src/lock.ts', type: 'file', blob, bytes: 1204, language: 'typescript' },
    {
      path: 'src/logo.png',
      type: 'file',
      blob: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
      bytes: 48_213,
      language: null,
      not_indexed: 'binary',
    },
  ],
  next_cursor: 'c3JjL2xvZ28ucG5nAA',
};

export const fileAnswer = {
  path: 'src/lock.ts',
  branch: 'main',
  commit,
  blob,
  language: 'typescript',
  bytes: 1204,
  lines: 38,
  start: 12,
  end: 13,
  text: 'export const claim = async (lock: Lock): Promise<Claim> => {\n  const held = await lock.take();\n',
  ...fresh,
};

export const fileLeftOut = problemBody(404, 'Not indexed', 'src/logo.png is not in the index of branch main: binary', {
  reason: 'binary',
});

export const notKept = problemBody(
  409,
  'Content not kept',
  'branch main was indexed before contents were kept: sync it once',
);

export const contentsLost = problemBody(
  503,
  'Contents lost',
  'what is kept of branch main is gone or damaged: start a sync, which makes it anew',
  { fault: 'manifest_lost', branch: 'main', job_id: null },
);
