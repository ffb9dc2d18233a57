import { runtime } from '#runtime';
import { LookRemoteInput } from '../../core/contract/look-remote.ts';
import { defineHandler } from '../shared/define-handler.ts';

const { remoteLook } = runtime();

export const handler = defineHandler(LookRemoteInput, ({ source, branches, remote, budget_milliseconds }) =>
  remoteLook.look(source, branches, remote, budget_milliseconds),
);
