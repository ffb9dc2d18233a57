import { quotas, service } from './aws-figures.ts';
import { chunksOf, syncTime, tokensOf, usefulConcurrency, type Workload } from './scaling-model.ts';

/** How much of a bound a workload takes. `used / limit` over 1: it breaks. */
export interface Use {
  readonly bound: string;
  readonly used: number;
  readonly limit: number;
  /** What happens then, and what to raise or change. */
  readonly remedy: string;
}

const daySeconds = 86_400;
/** Schedules and pushes crowd into working hours: the busiest hour has this many times the day's average. */
const BUSIEST_HOUR = 5;

/** Every bound that this workload could meet, the tightest first. */
export const usesOf = (workload: Workload): readonly Use[] => {
  const { repositories, filesOfRepository: files, changedFiles, maxConcurrency } = workload;
  const first = syncTime(files, files, maxConcurrency);
  const later = syncTime(files, changedFiles, maxConcurrency);
  const syncsPerSecond = ((repositories * workload.syncsOfRepositoryPerDay) / daySeconds) * BUSIEST_HOUR;
  const running = syncsPerSecond * later.total;
  const uses: Use[] = [
    {
      bound: 'files of one repository (treeEntries)',
      used: files,
      limit: service.filesOfRepository,
      remedy: 'The pull refuses the source. Raise treeEntries and listingBytes in adapters/git/git-limits.ts.',
    },
    {
      bound: 'bytes of one fetch (packBytes)',
      used: files * service.packBytesOfFile,
      limit: service.packBytes,
      remedy:
        'The stage refuses the source. Raise packBytes, and with it the ephemeral storage of lib/workflow/workflow-functions.ts (10 GiB at most).',
    },
    {
      bound: 'seconds of diff, stage and publish in one function',
      used: Math.max(first.pull, first.diff, first.stage, first.publish),
      limit: quotas.lambdaSeconds.value,
      remedy: 'The step times out, on every try. Split the step by path prefix; Lambda’s 15 minutes cannot be raised.',
    },
    {
      bound: 'seconds of a first index, over all attempts',
      used: first.total,
      limit: service.executionSeconds * service.attempts,
      remedy: 'The job is given up. Raise the model’s tokens a minute (Service Quotas), then maxConcurrency with it.',
    },
    {
      bound: 'seconds of a first index, in one execution',
      used: first.total,
      limit: service.executionSeconds,
      remedy:
        'The execution times out and is resumed as the next attempt: nothing is embedded twice. Raise the model’s tokens a minute.',
    },
    {
      bound: 'vectors of one index',
      used: chunksOf(files),
      limit: quotas.vectorsPerIndex.value,
      remedy: 'Puts are refused. Split the repository.',
    },
    {
      bound: 'vector indexes of the bucket',
      used: repositories * 1.1,
      limit: quotas.vectorIndexesPerBucket.value,
      remedy:
        'The first sync of the next repository fails. Every repository has an index, a second one during a full reindex (a tenth at a time is taken here). Spread repositories over several vector buckets or stacks.',
    },
    {
      bound: 'tokens a minute of the model, all syncs',
      used: tokensOf(changedFiles) * syncsPerSecond * 60,
      limit: quotas.embeddingTokensPerMinute.value,
      remedy:
        'Syncs queue behind each other’s retries and then fail. Raise the model’s tokens a minute, or take an inference profile.',
    },
    {
      bound: 'functions at once',
      used: running * Math.min(maxConcurrency, usefulConcurrency()),
      limit: quotas.lambdaConcurrency.value,
      remedy:
        'Calls are throttled and tried again. Raise Lambda’s concurrent executions; then reserved in stages.json.',
    },
    {
      bound: 'executions looked at in a minute (reconciler)',
      used: running,
      limit: quotas.describesPerSecond.value * 60,
      remedy:
        'The reconciler falls behind: dead jobs are resumed later. Raise DescribeExecution’s rate, or let it look at quiet jobs only.',
    },
    {
      bound: 'starts a second (StartExecution)',
      used: syncsPerSecond,
      limit: quotas.startsPerSecond.value,
      remedy: 'Starts are throttled; the reconciler makes up for them. Raise StartExecution’s rate.',
    },
    {
      bound: 'Map Runs at once',
      used: changedFiles > service.filesOfBatch ? running : 0,
      limit: quotas.openMapRuns.value,
      remedy: 'Further syncs wait. Raise open Map Runs.',
    },
    {
      bound: 'schedules',
      used: repositories,
      limit: quotas.schedules.value,
      remedy: 'The next schedule is refused, and its registration with it. Raise the number of schedules.',
    },
    {
      bound: 'scheduled starts a second, in a window of 15 minutes',
      used: repositories / 900,
      limit: quotas.scheduleInvocationsPerSecond.value,
      remedy: 'Starts come later. Raise the invocations’ throttle.',
    },
  ];
  return uses.sort((a, b) => b.used / b.limit - a.used / a.limit);
};
