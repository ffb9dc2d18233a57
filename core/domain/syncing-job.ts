interface Locked<Id> {
  readonly lock?: { readonly job_id: Id; readonly dry_run?: true | undefined } | undefined;
}

/** The sync that holds the repository, or null. A job that is only to plan holds it too, and is none: it changes nothing of the index. */
export const syncingJob = <Id>({ lock }: Locked<Id>): Id | null =>
  lock === undefined || lock.dry_run === true ? null : lock.job_id;
