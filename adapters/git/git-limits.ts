/** How much a source may cost before it is given up: see core/domain/failure-reasons.ts. */
export interface GitLimits {
  /** Entries of one tree. */
  readonly treeEntries: number;
  /** Bytes of one path. */
  readonly pathBytes: number;
  /** Directories above one entry. */
  readonly pathDepth: number;
  /** Bytes of one tree listing. */
  readonly listingBytes: number;
  /** Bytes of one listing of references. */
  readonly refBytes: number;
  /** Bytes on disk that one fetch may take. */
  readonly packBytes: number;
  /** Milliseconds for one look at the references. */
  readonly headsMs: number;
  /** Milliseconds of it without a byte. */
  readonly headsSilenceMs: number;
  /** Milliseconds for one fetch. */
  readonly fetchMs: number;
  /** Milliseconds of it without a byte. */
  readonly fetchSilenceMs: number;
  /** Milliseconds for any other git process. */
  readonly processMs: number;
  /** Commits below a head that are looked at to count commits. */
  readonly countDepth: number;
  /** The same, at a server without filters, where every commit comes with its files. */
  readonly countDepthUnfiltered: number;
}

const kib = 1024;
const mib = 1024 * kib;

export const defaultGitLimits: GitLimits = {
  // Ten times the largest repository measured (100,962 files).
  treeEntries: 1_000_000,
  // Linux's PATH_MAX: no file system checks out more.
  pathBytes: 4 * kib,
  pathDepth: 256,
  // 1,000,000 entries of some 250 bytes.
  listingBytes: 256 * mib,
  // 1,000,000 references of 64 bytes.
  refBytes: 64 * mib,
  // Forty times a --depth 1 clone of the largest repository measured (47 MB).
  packBytes: 2 * kib * mib,
  headsMs: 30_000,
  // With the retries of core/workflow/sync.asl.json a source that hangs is given up after 5 × 10 + 60 = 110 s or so at most.
  headsSilenceMs: 10_000,
  // Two thirds of what a Lambda may run: the failure is named before Lambda ends the function.
  fetchMs: 10 * 60_000,
  // Six times as long as a server that is packing is silent by git's default.
  fetchSilenceMs: 30_000,
  // As long as a Lambda may run.
  processMs: 15 * 60_000,
  // 16 × 4⁷: more than six times the longest history measured (39,824 commits).
  countDepth: 262_144,
  countDepthUnfiltered: 256,
};
