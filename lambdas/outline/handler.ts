import { compose, logger, objects, repositories, symbolExtractor } from '#ports';
import { FileParams, ReadFileHeaders } from '../../core/contract/files.ts';
import { OutlineQuery } from '../../core/contract/symbols.ts';
import { outline } from '../../core/files/outline.ts';
import { toldName } from '../../core/manifest/git-path.ts';
import { defineApiHandler } from '../handling/define-api-handler.ts';
import { isUnchanged } from '../handling/entity-tag.ts';
import { blobHeaders, blobTag, fileRefusal } from '../handling/file-answer.ts';

const ports = compose({ logger, objects, repositories, symbolExtractor });
const read = outline(ports);

export const handler = defineApiHandler(
  ports.logger,
  { params: FileParams, query: OutlineQuery, headers: ReadFileHeaders },
  async ({ user, params, query, headers }) => {
    const isKnown = (blob: string): boolean => isUnchanged(headers['if-none-match'], blobTag(blob));
    const outcome = await read(params.repo_id, user, params.file_path, query, isKnown);
    return outcome.kind === 'found'
      ? { status: 200, body: outcome.outline, headers: blobHeaders(outcome.outline.blob) }
      : fileRefusal(toldName(params.file_path).path, outcome);
  },
);
