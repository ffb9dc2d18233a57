import { Badge, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Delivery } from '../../../../client/src/client.ts';
import { jobPage } from '../../addresses.ts';
import { More } from '../../parts/more.tsx';
import { Time } from '../../parts/time.tsx';
import { TroubleAlert } from '../../parts/trouble.tsx';
import * as queries from '../../queries.ts';
import { service } from '../../service.ts';
import { count, sentence } from '../../words.ts';
import { RepositoryFrame } from './repository-frame.tsx';
import classes from './rows.module.css';

export const Webhooks = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="webhooks">
    {() => <Deliveries id={id} />}
  </RepositoryFrame>
);

const filters = ['all', 'pending', 'delivered', 'failed', 'disabled'] as const;

const Deliveries = ({ id }: { readonly id: string }) => {
  const [filter, setFilter] = useState<(typeof filters)[number]>('all');
  const list = useInfiniteQuery(queries.deliveries(id, filter === 'all' ? null : filter));
  const { data, error } = list;
  const deliveries = data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Which deliveries"
        className={classes.which}
        value={filter}
        onChange={(value) => setFilter(value as typeof filter)}
        data={filters.map((value) => ({ value, label: sentence(value) }))}
      />
      {error !== null && <TroubleAlert error={error} />}
      {data !== undefined && deliveries.length === 0 && (
        <Text className="quiet">
          {filter === 'all'
            ? 'Nothing was sent yet. A sync sends its progress to the address in its options.'
            : 'None.'}
        </Text>
      )}
      {deliveries.length > 0 && (
        <ul className="rows">
          {deliveries.map((delivery) => (
            <Row key={delivery.delivery_id} delivery={delivery} />
          ))}
        </ul>
      )}
      <More of={list} label="Earlier ones" />
    </Stack>
  );
};

const colors: Readonly<Record<Delivery['status'], string>> = {
  pending: 'blue',
  delivered: 'teal',
  failed: 'red',
  disabled: 'gray',
};

const Row = ({ delivery }: { readonly delivery: Delivery }) => {
  const { delivery_id, repository_id, event, status, url, attempts, tries, next_attempt_at, created_at, job_id } =
    delivery;
  const cache = useQueryClient();
  const again = useMutation({
    mutationFn: () => service.call('redeliver-webhook', { path: { repo_id: repository_id, delivery_id } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['deliveries', repository_id] }),
  });
  const last = attempts.at(-1);
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text fw={650} size="sm">
            {event.type}
          </Text>
          <Badge color={colors[status]}>{sentence(status)}</Badge>
        </Group>
        <Text size="sm" className="break">
          {url}
        </Text>
        <Text size="sm" className="quiet">
          <Time at={created_at} />, {count(tries, 'try', 'tries')}
          {last !== undefined && `, last answer: ${last.status ?? last.error ?? 'none'} in ${last.milliseconds} ms`}
          {next_attempt_at !== null && (
            <>
              , next try <Time at={next_attempt_at} />
            </>
          )}
          {', '}
          <Link href={jobPage(job_id)}>its sync</Link>
        </Text>
        {again.error !== null && <TroubleAlert error={again.error} />}
      </div>
      <Button
        size="xs"
        variant="default"
        onClick={() => again.mutate()}
        loading={again.isPending}
        aria-label={`Send again: ${event.type}`}
      >
        Send again
      </Button>
    </li>
  );
};
