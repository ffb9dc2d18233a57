import { Button, Group, Loader, Progress, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { GitBranchIcon, PlusIcon, SearchIcon } from '@primer/octicons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Repository } from '../../../client/src/client.ts';
import { jobPage, repositoryPage } from '../addresses.ts';
import { AddRepository } from '../parts/add-repository.tsx';
import { HealthBadge, healthReasons } from '../parts/health.tsx';
import { Time } from '../parts/time.tsx';
import { TroubleAlert } from '../parts/trouble.tsx';
import * as queries from '../queries.ts';
import { useShortcut } from '../shortcut.ts';
import { useTitle } from '../title.ts';
import { count, spaced } from '../words.ts';
import classes from './repositories.module.css';

/** All repositories that the user may read: how fresh each is, and what went wrong. */
export const Repositories = () => {
  useTitle('Repositories');
  const { data, error } = useQuery(queries.repositories());
  const [filter, setFilter] = useState('');
  const [adding, { open, close }] = useDisclosure(false);
  const filterBox = useShortcut<HTMLInputElement>('/');
  const wanted = filter.trim().toLowerCase();
  const shown = data?.filter(({ repository_id, source }) =>
    `${repository_id} ${source.url}`.toLowerCase().includes(wanted),
  );
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Title order={1} size="h2">
          Repositories
        </Title>
        <Button leftSection={<PlusIcon />} onClick={open}>
          Add a repository
        </Button>
      </Group>
      {error !== null && <TroubleAlert error={error} />}
      {data !== undefined && data.length > 0 && (
        <TextInput
          ref={filterBox}
          type="search"
          aria-label="Filter the repositories"
          placeholder="Filter by id or address (press /)"
          leftSection={<SearchIcon />}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      {data === undefined && error === null && <Loader aria-label="Loading the repositories" />}
      {data?.length === 0 && <Nothing onAdd={open} />}
      {shown !== undefined && shown.length > 0 && (
        <ul className="rows">
          {shown.map((repository) => (
            <Row key={repository.repository_id} repository={repository} />
          ))}
        </ul>
      )}
      {shown?.length === 0 && wanted !== '' && <Text>No repository has “{filter.trim()}” in its id or address.</Text>}
      <AddRepository opened={adding} onClose={close} />
    </Stack>
  );
};

const Nothing = ({ onAdd }: { readonly onAdd: () => void }) => (
  <Stack className="panel" p="xl" align="center" gap="sm">
    <Text fw={600}>No repository yet</Text>
    <Text className="quiet" ta="center">
      Add a git repository by its address; its first sync makes it searchable.
    </Text>
    <Button onClick={onAdd} variant="light">
      Add the first one
    </Button>
  </Stack>
);

const Row = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, source, index, default_branch } = repository;
  const branch = index.branches.find(({ name }) => name === default_branch) ?? index.branches[0];
  const wrong = healthReasons(repository).filter((_, n) => repository.health !== 'never_indexed' && n === 0);
  return (
    <li className={classes.row}>
      <div className={classes.name}>
        <Group gap="xs">
          <Link href={repositoryPage(id)} className={`named ${classes.link}`}>
            {id}
          </Link>
          <HealthBadge repository={repository} />
        </Group>
        <Text size="sm" className="quiet break">
          {source.url}
        </Text>
        {wrong.map((text) => (
          <Text key={text} size="sm" className={classes.wrong}>
            {text}
          </Text>
        ))}
      </div>
      <div className={classes.index}>
        {branch === undefined ? (
          <Text size="sm" className="quiet">
            Nothing indexed
          </Text>
        ) : (
          <>
            <Text size="sm" className="break">
              <GitBranchIcon size={14} /> {branch.name}
              {index.branches.length > 1 && (
                <span className="quiet"> and {count(index.branches.length - 1, 'more', 'more')}</span>
              )}
            </Text>
            <Text size="sm" className="quiet numbers">
              {count(branch.files, 'file')}, {count(branch.chunks, 'chunk')}
            </Text>
          </>
        )}
      </div>
      <div className={classes.last}>
        {repository.active_job_id === null ? (
          <LastSync repository={repository} />
        ) : (
          <Running jobId={repository.active_job_id} />
        )}
        {repository.queued_sync !== null && (
          <Text size="sm" className="quiet">
            Another sync waits
          </Text>
        )}
      </div>
    </li>
  );
};

const LastSync = ({ repository: { last_sync } }: { readonly repository: Repository }) => {
  if (last_sync === null)
    return (
      <Text size="sm" className="quiet">
        Never synced
      </Text>
    );
  return (
    <>
      <Text size="sm">
        <Link href={jobPage(last_sync.job_id)} className={`named ${classes.quietLink}`}>
          Synced <Time at={last_sync.ended_at} />
        </Link>
      </Text>
      {last_sync.status !== 'completed' && (
        <Text size="sm" className="quiet">
          {spaced(last_sync.status)}
        </Text>
      )}
    </>
  );
};

const Running = ({ jobId }: { readonly jobId: string }) => {
  const { data } = useQuery(queries.job(jobId));
  const percentage = data?.progress.percentage ?? 0;
  return (
    <Stack gap={4}>
      <Text size="sm" className="numbers">
        <Link href={jobPage(jobId)} className={`named ${classes.quietLink}`}>
          {percentage} %, {data?.progress.phase ?? 'queued'}
        </Link>
      </Text>
      <Progress value={percentage} aria-label={`Sync: ${percentage} %`} animated />
    </Stack>
  );
};
