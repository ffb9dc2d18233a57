import { afterAll, beforeAll } from 'vitest';
import type { JobAnswer } from '../../core/contract/api.ts';
import type { Api } from './api.ts';
import type { GitRepository } from './git-repository.ts';
import { makeDataDir, type ServiceProcess, startService } from './service-process.ts';

/** The service as a process of its own for the tests of one file, and a repository that it may read. */
export const useService = (makeGit: () => Promise<GitRepository>, environment: NodeJS.ProcessEnv = {}) => {
  let git: GitRepository;
  let data: Awaited<ReturnType<typeof makeDataDir>>;
  let running: ServiceProcess;
  beforeAll(async () => {
    git = await makeGit();
    data = await makeDataDir();
    running = await startService(data.path, environment);
  });
  afterAll(async () => {
    await running.kill();
    await data.remove();
    await git.cleanup();
  });
  return {
    get git(): GitRepository {
      return git;
    },
    get api(): Api {
      return running.api;
    },
    /** The process that runs now. */
    get process(): ServiceProcess {
      return running;
    },
    get dataDir(): string {
      return data.path;
    },
    /** Starts it again on the same data; the one before must have ended. */
    startAgain: async (changed: NodeJS.ProcessEnv = environment): Promise<void> => {
      running = await startService(data.path, changed);
    },
    /** Polls a running job until it has done this many files. */
    untilDone: async (jobId: string, files: number): Promise<JobAnswer> => {
      for (;;) {
        const job = await running.api.job(jobId);
        if (job.ended_at !== null) throw new Error(`the job ended too early: ${JSON.stringify(job)}`);
        if (job.progress.files_processed >= files) return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
};
