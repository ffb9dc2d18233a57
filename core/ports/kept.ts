/** `lost`: this job, attempt or fence does not own the repository any more. Nothing was written. */
export type Kept = 'kept' | 'lost';
