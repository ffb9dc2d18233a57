import { Oid } from '../contract/ids.ts';
import { skipReasons } from '../domain/outcomes.ts';
import { manifestLine, parseManifestLine } from '../manifest/manifest.ts';
import { MAX_CHUNKS, MAX_FILE_BYTES } from './rules/content-filter.ts';

/** Lines that another service sends go into this one's manifests, which every later step believes: each must be one that a sync here could have written. */

/** What a file in the index has at most: a page that lists more would have this service wait for rows without end. */
const fits = (chunks: string, size: string): boolean => Number(chunks) <= MAX_CHUNKS && Number(size) <= MAX_FILE_BYTES;

const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,15}$/.test(text);
const isOid = (text: string | undefined): boolean => Oid.safeParse(text).success;
const isReason = (text: string | undefined): boolean => (skipReasons as readonly (string | undefined)[]).includes(text);
const isMode = (text: string | undefined): boolean => text !== undefined && /^\d{6}$/.test(text);

/** A file by its path. A published one is in the index, left out, or failed with a cause in any words. */
export const isFileLine = (line: string): boolean => {
  const fields = line.split('\t');
  const [oid, mode, size, outcome, reason = '', chunks, path] = fields;
  if (fields.length !== 7 || !isOid(oid) || !isMode(mode) || !isCount(size) || !isCount(chunks)) return false;
  if (!path || manifestLine(parseManifestLine(line)) !== line) return false;
  if (outcome === 'indexed') return reason === '' && fits(chunks, size);
  return outcome === 'skipped' ? isReason(reason) : outcome === 'failed';
};

/** A file by its blob: in the index, or out of it for its content. */
export const isBlobLine = (line: string): boolean => {
  const fields = line.split('\t');
  const [oid, chunks, size, reason, path] = fields;
  if (fields.length !== 5 || !isOid(oid) || !isCount(chunks) || !isCount(size) || !path) return false;
  return reason === '' ? fits(chunks, size) : isReason(reason);
};
