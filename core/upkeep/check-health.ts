import type { HealthAnswer } from '../contract/api.ts';
import { RepositoryId } from '../contract/ids.ts';
import { repositoryPrefix } from '../objects/object-keys.ts';
import type { Runtime } from '../ports/runtime.ts';

type Deps = Pick<Runtime, 'repositories' | 'objects' | 'index' | 'versions' | 'clock' | 'logger'>;
type Check = HealthAnswer['checks'][keyof HealthAnswer['checks']];

/** A store that takes longer is as good as none: a load balancer that asks waits no longer either. */
const PATIENCE_MILLISECONDS = 2000;

/** The stores are asked once in this time, however many ask: the call is open to all, and must be no way to load them. */
const KEPT_MILLISECONDS = 1000;

/** Whether someone has registered this id does not matter: it is read, and not told. */
const nobody = RepositoryId.parse('health-check');

/**
 * Asks the database, the objects and the index for something that is not there, all at once.
 * What is wrong is in the log: the answer goes to everyone.
 */
export const checkHealth = (deps: Deps) => {
  let kept: { readonly until: number; readonly answer: Promise<HealthAnswer> } | null = null;
  return (): Promise<HealthAnswer> => {
    const now = deps.clock.now().getTime();
    if (kept === null || now >= kept.until || now < kept.until - KEPT_MILLISECONDS)
      kept = { until: now + KEPT_MILLISECONDS, answer: ask(deps) };
    return kept.answer;
  };
};

const ask = async (deps: Deps): Promise<HealthAnswer> => {
  const [database, objects, index, versions] = await Promise.all([
    check(deps, 'database', () => deps.repositories.get(nobody)),
    check(deps, 'objects', () => deps.objects.exists(`${repositoryPrefix(nobody)}nothing`)),
    check(deps, 'index', () => deps.index.inspect({ repositoryId: nobody, number: 1, dimensions: 1 }, [])),
    deps.versions.read(),
  ]);
  const failing = [database, objects, index].some(({ status }) => status === 'failing');
  return { status: failing ? 'failing' : 'ok', checks: { database, objects, index }, versions };
};

const check = async ({ clock, logger }: Deps, name: string, probe: () => Promise<unknown>): Promise<Check> => {
  const begun = clock.now().getTime();
  const late = Promise.withResolvers<'late'>();
  const stop = clock.every(PATIENCE_MILLISECONDS, () => late.resolve('late'));
  const failed = (reason: string, error: string): Check => {
    logger.error('health check failed', { check: name, error });
    return { status: 'failing', milliseconds: clock.now().getTime() - begun, reason };
  };
  try {
    const outcome = await Promise.race([probe().then(() => 'answered' as const), late.promise]);
    if (outcome === 'late') return failed(`no answer in ${PATIENCE_MILLISECONDS / 1000} s`, 'no answer');
    return { status: 'ok', milliseconds: clock.now().getTime() - begun, reason: null };
  } catch (error) {
    return failed('it answered with an error, which is in the log', String(error));
  } finally {
    stop();
  }
};
