import {
  chunker,
  clock,
  compose,
  embedder,
  index,
  jobs,
  logger,
  objects,
  repositories,
  running,
  settings,
  snapshotSource,
} from '#ports';
import { JobRef } from '../../core/contract/workflow-state.ts';
import { importSnapshot } from '../../core/sync/import-snapshot.ts';
import { defineHandler } from '../handling/define-handler.ts';

export const handler = defineHandler(
  JobRef,
  importSnapshot(
    compose({
      chunker,
      clock,
      embedder,
      index,
      jobs,
      logger,
      objects,
      repositories,
      running,
      settings,
      snapshotSource,
    }),
  ),
);
