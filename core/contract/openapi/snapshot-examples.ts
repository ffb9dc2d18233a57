import { problemBody } from '../problem-body.ts';
import { indexedBranch } from './examples.ts';

const blob = '8f94139338f9404f26296befa88755fc2598c289';
const { indexed_commit: commit, indexed_at } = indexedBranch;
const files = '3b1f7f4e6f0a2d0c9a4b8c5d7e1f2a3b';
const blobs = '90ab12cd34ef56789012ab34cd56ef78';

export const snapshot = {
  form: 1,
  repository_id: 'repo-123',
  branch: 'main',
  default_branch: 'main',
  commit,
  indexed_at,
  recipe: { embedder_id: 'hash-512-v2', dimensions: 512, chunker_version: 'tree-sitter-3', row_version: 2 },
  files: 1,
  chunks: 1,
  bytes: 1204,
  rules: '5f2d',
  attributes: [],
  file_pages: [{ page: files, lines: 1 }],
  blob_pages: [{ page: blobs, lines: 1 }],
};

export const snapshotPart = {
  page: blobs,
  lines: [`${blob}\t1\t1204\t\tsrc/lock.ts`],
  blobs: [
    {
      blob,
      text: 'export const claim = async (lock: Lock): Promise<Claim> => {\n',
      rows: [
        {
          ordinal: 0,
          start_line: 1,
          end_line: 1,
          languages: ['typescript'],
          text: 'export const claim = async (lock: Lock): Promise<Claim> => {',
          vector: 'ADwAAA==',
        },
      ],
    },
  ],
  precision: 'half',
  next: null,
};

export const branchMoved = problemBody(
  410,
  'Branch moved',
  `branch main, now at ${commit}, has no page ${files}: get its snapshot anew`,
);

export const importRequested = {
  from: 'https://sync.example.com/api/repositories/repo-123',
  credential: 'other-service',
};
