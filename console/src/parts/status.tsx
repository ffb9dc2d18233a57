import { Badge } from '@mantine/core';
import type { Job } from '../../../client/src/client.ts';
import { sentence, spaced } from '../words.ts';

const colors: Readonly<Record<Job['status'], string>> = {
  queued: 'gray',
  running: 'blue',
  completed: 'teal',
  completed_with_errors: 'yellow',
  failed: 'red',
  cancelled: 'gray',
};

export const JobStatus = ({ status }: Pick<Job, 'status'>) => (
  <Badge color={colors[status]}>{sentence(spaced(status))}</Badge>
);
