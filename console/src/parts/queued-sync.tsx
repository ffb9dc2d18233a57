import { Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { Repository } from '../../../client/src/client.ts';
import { service } from '../service.ts';
import { queuedInWords } from '../sync-words.ts';
import { Confirm } from './confirm.tsx';

/** The sync that begins when the running one has ended: what it will do, and who wants it. What users asked for can be taken back. */
export const QueuedSync = ({
  repository: { repository_id: id, queued_sync: queued, role },
}: {
  readonly repository: Repository;
}) => {
  const cache = useQueryClient();
  if (queued === null) return null;
  return (
    <Group className="panel" p="lg" justify="space-between" component="section" aria-label="The sync that waits">
      <Text size="sm" role="status" className="break">
        {queuedInWords(queued)}
      </Text>
      {queued.job_id !== null && role !== 'read' && (
        <Confirm
          label="Take it back"
          title="Take the queued sync back?"
          action="Take it back"
          variant="default"
          onConfirm={async () => {
            await service.call('take-back-sync', { path: { repo_id: id } });
            await cache.invalidateQueries();
          }}
        >
          The sync that is running goes on, and what users have asked for does not follow it. What a push or a schedule
          asked for still does.
        </Confirm>
      )}
    </Group>
  );
};
