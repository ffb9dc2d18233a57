import { hammer, hammerFigures } from '../hammer.ts';
import type { Scenario } from '../scenario.ts';
import type { Workbench } from '../workbench.ts';

/** Long enough for ten thousand calls. */
const MOST_MILLISECONDS = { usual: 120_000, quick: 20_000 };

/** POST …/sync by fifty clients while everything is indexed anew beside the index in use. */
export const api: Scenario = {
  name: 'api',
  run: async (bench) => {
    await bench.full();
    const service = await bench.service();
    await idle(bench);
    const started = await service.api.sync(bench.id, { full_reindex: true });
    if (started.status !== 202) throw new Error(`the sync was refused: ${JSON.stringify(started.body)}`);
    const hammered = await hammer(
      service,
      new Set([bench.id]),
      bench.quick ? MOST_MILLISECONDS.quick : MOST_MILLISECONDS.usual,
    );
    // What is measured is measured: the rest of the job is spared.
    const { status } = await service.api.job(started.body.job_id);
    if (status === 'running') await service.api.call('POST', `/api/jobs/${started.body.job_id}/cancel`);
    else if (status !== 'completed') throw new Error(`the sync ${status} while clients asked for another`);
    await idle(bench);
    // Removes what the cancelled job has left.
    await service.api.synced(bench.id);
    return hammerFigures(hammered);
  },
};

/** Waits for the job that runs, if one does. */
const idle = async (bench: Workbench): Promise<void> => {
  const service = await bench.service();
  const { active_job_id } = await service.api.repository(bench.id);
  if (active_job_id !== null) await service.api.ended(active_job_id);
};
