import type { JobRef } from '../contract/workflow-state.ts';
import type { PageRef, WritePage } from '../manifest/pages/paged-set.ts';
import { allPagesOf, type Manifest, NOT_STORED } from '../objects/manifests.ts';
import { pageKey } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';
import { noteWritten } from './kept-manifests.ts';

/**
 * Writes pages under the job's own id, but for those that a manifest of its generation names, which was live when the job read the record.
 * An equal page of any other job is not used: a sweep may be taking it away ("What is removed, and when" in docs/architecture.md).
 */
export const createPageWriter = (
  { objects }: Pick<Runtime, 'objects'>,
  job: JobRef,
  live: readonly Manifest[],
): WritePage => {
  const kept = new Map<string, Promise<Pick<PageRef, 'writer' | 'stored'>>>();
  // Of a new index the next sync reads but a few pages, and this is when memory is needed for others.
  const note = live.length === 0 ? () => undefined : noteWritten(objects, job.repository_id);
  for (const { name, writer, stored } of live.flatMap(allPagesOf))
    if (writer !== NOT_STORED) kept.set(name, Promise.resolve({ writer, stored }));
  const put: WritePage = async (name, text, lines) => {
    const writer = job.job_id;
    const stored = await objects.putText(pageKey(job.repository_id, { writer, name }), text);
    if (lines !== undefined) note(name, lines);
    return { writer, stored };
  };
  return (name, text, lines) => {
    const written = kept.get(name) ?? put(name, text, lines);
    kept.set(name, written);
    return written;
  };
};
