import { Oid } from '../contract/ids.ts';
import { skipReasons } from '../domain/outcomes.ts';
import { manifestLine, parseManifestLine } from '../manifest/manifest.ts';

/** Lines that another service sends go into this one's manifests, which every later step believes: each must be one that a sync here could have written. */

const isCount = (text: string | undefined): boolean => text !== undefined && /^\d{1,15}$/.test(text);
const isOid = (text: string | undefined): boolean => Oid.safeParse(text).success;
const isReason = (text: string | undefined): boolean => (skipReasons as readonly (string | undefined)[]).includes(text);
const isMode = (text: string | undefined): boolean => text !== undefined && /^\d{6}$/.test(text);

/** A file by its path. A published one is in the index, left out, or failed with a cause in any words. */
export const isFileLine = (line: string): boolean => {
  const fields = line.split('\t');
  const [oid, mode, size, outcome, reason = '', chunks, path] = fields;
  if (fields.length !== 7 || !isOid(oid) || !isMode(mode) || !isCount(size) || !isCount(chunks)) return false;
  if (!path || manifestLine(parseManifestLine(line)) !== line) return false;
  return outcome === 'indexed' ? reason === '' : outcome === 'skipped' ? isReason(reason) : outcome === 'failed';
};

/** A file by its blob: in the index, or out of it for its content. */
export const isBlobLine = (line: string): boolean => {
  const fields = line.split('\t');
  const [oid, chunks, size, reason, path] = fields;
  if (fields.length !== 5 || !isOid(oid) || !isCount(chunks) || !isCount(size) || !path) return false;
  return reason === '' || isReason(reason);
};
