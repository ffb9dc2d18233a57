import { compose, ownRemoteLook } from '#ports';
import { LookRemoteInput } from '../../core/contract/look-remote.ts';
import { defineHandler } from '../handling/define-handler.ts';

const ports = compose({ remoteLook: ownRemoteLook });

export const handler = defineHandler(LookRemoteInput, ({ source, branches, remote, budget_milliseconds }) =>
  ports.remoteLook.look(source, branches, remote, budget_milliseconds),
);
