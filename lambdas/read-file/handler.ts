import { compose, logger, objects, repositories } from '#ports';
import { FileParams, ReadFileHeaders, ReadFileQuery } from '../../core/contract/files.ts';
import { readFile } from '../../core/files/read-file.ts';
import { toldName } from '../../core/manifest/git-path.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { isUnchanged } from '../handling/entity-tag.ts';
import { blobHeaders, blobTag, fileRefusal } from '../handling/file-answer.ts';
import { invalid } from '../handling/problems.ts';

const ports = compose({ logger, objects, repositories });
const read = readFile(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: FileParams, query: ReadFileQuery, headers: ReadFileHeaders },
  async ({ user, params, query, headers }) => {
    const isKnown = (blob: string): boolean => isUnchanged(headers['if-none-match'], blobTag(blob));
    const outcome = await read(params.repo_id, user, params.file_path, query, isKnown);
    switch (outcome.kind) {
      case 'found':
        return { status: 200, body: outcome.file, headers: blobHeaders(outcome.file.blob) };
      case 'beyond-end':
        return invalid([{ field: 'query.start', message: `must be at most ${outcome.lines}, the file’s lines` }]);
      default:
        return fileRefusal(toldName(params.file_path).path, outcome);
    }
  },
);
