import { Badge } from '@mantine/core';
import type { Repository } from '../../../client/src/client.ts';

const words: Readonly<Record<Repository['health'], readonly [text: string, color: string]>> = {
  ok: ['In step', 'teal'],
  incomplete: ['Incomplete', 'yellow'],
  stale: ['Behind', 'yellow'],
  failing: ['Failing', 'red'],
  never_indexed: ['Not indexed yet', 'gray'],
};

const reasons: Readonly<Record<Repository['health_reasons'][number], string>> = {
  sync_failed: 'The last sync failed',
  schedule_not_started: 'The schedule could not start a sync',
  no_branch_indexed: 'Nothing is indexed yet',
  schedule_overdue: 'A time of the schedule has passed without a sync',
  behind_source: 'Its source has newer commits',
  default_branch_not_indexed: 'The default branch is not indexed',
  sync_incomplete: 'Some files or branches could not be indexed',
};

export const HealthBadge = ({ repository: { health, status } }: { readonly repository: Repository }) => {
  if (status === 'syncing') return <Badge color="blue">Syncing</Badge>;
  const [text, color] = words[health];
  return <Badge color={color}>{text}</Badge>;
};

/** Each thing that is wrong, in words; the gravest first. */
export const healthReasons = ({ health_reasons, last_sync, schedule_state }: Repository): readonly string[] =>
  health_reasons.map((reason) => {
    const error =
      reason === 'sync_failed'
        ? last_sync?.error
        : reason === 'schedule_not_started'
          ? schedule_state?.last_run?.error
          : null;
    return error == null ? reasons[reason] : `${reasons[reason]}: ${error.message}`;
  });
