import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import type { IndexedBranch, Repository } from '../../../../client/src/client.ts';
import { jobPage } from '../../addresses.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { More } from '../../parts/more.tsx';
import { Time } from '../../parts/time.tsx';
import { TroubleAlert } from '../../parts/trouble.tsx';
import * as queries from '../../queries.ts';
import { service } from '../../service.ts';
import { count, shortCommit } from '../../words.ts';
import { RepositoryFrame } from './repository-frame.tsx';
import classes from './rows.module.css';

export const Branches = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="branches">
    {(repository) => <List repository={repository} />}
  </RepositoryFrame>
);

const List = ({ repository }: { readonly repository: Repository }) => {
  const list = useInfiniteQuery(queries.branches(repository.repository_id));
  const { data, error } = list;
  const branches = data?.pages.flatMap((page) => page.branches) ?? [];
  return (
    <Stack gap="sm">
      {error !== null && <TroubleAlert error={error} />}
      {data !== undefined && branches.length === 0 && <Text className="quiet">No branch is indexed yet.</Text>}
      {branches.length > 0 && (
        <ul className="rows">
          {branches.map((branch) => (
            <Row key={branch.name} branch={branch} repository={repository} />
          ))}
        </ul>
      )}
      <More of={list} label="More branches" />
    </Stack>
  );
};

const Standing = ({ branch }: { readonly branch: IndexedBranch }) => {
  if (branch.deleted_at_source !== null) return <Badge color="red">Deleted at the source</Badge>;
  if (branch.behind === null) return <Badge color="gray">Not compared yet</Badge>;
  return branch.behind ? <Badge color="yellow">Behind</Badge> : <Badge color="teal">In step</Badge>;
};

const Row = ({ branch, repository }: { readonly branch: IndexedBranch; readonly repository: Repository }) => {
  const { repository_id: id, role } = repository;
  const [, go] = useLocation();
  const cache = useQueryClient();
  const sync = useMutation({
    mutationFn: () => service.sync(id, { branches: [branch.name] }),
    onSuccess: ({ job_id }) => go(jobPage(job_id)),
  });
  const drop = async (): Promise<void> => {
    await service.call('delete-branch', { path: { repo_id: id, name: branch.name } });
    await cache.invalidateQueries({ queryKey: ['branches', id] });
    await cache.invalidateQueries({ queryKey: ['repository', id] });
  };
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text fw={650} className="break">
            {branch.name}
          </Text>
          {branch.default && <Badge color="gray">Default</Badge>}
          <Standing branch={branch} />
        </Group>
        <Text size="sm" className="quiet">
          <span className="mono">{shortCommit(branch.indexed_commit)}</span> indexed <Time at={branch.indexed_at} />,{' '}
          {count(branch.files, 'file')}, {count(branch.chunks, 'chunk')}
        </Text>
        <Text size="sm" className="quiet">
          {branch.deleted_at_source !== null ? (
            <>
              Gone from the source since <Time at={branch.deleted_at_source} />
            </>
          ) : branch.source_commit !== null && branch.source_seen_at !== null ? (
            <>
              The source was at <span className="mono">{shortCommit(branch.source_commit)}</span>{' '}
              <Time at={branch.source_seen_at} />
            </>
          ) : (
            'The source has not been looked at yet'
          )}
        </Text>
        {sync.error !== null && <TroubleAlert error={sync.error} />}
      </div>
      {role !== 'read' && (
        <Group gap="xs" className={classes.actions}>
          <Button
            size="xs"
            variant="default"
            onClick={() => sync.mutate()}
            loading={sync.isPending}
            aria-label={`Sync ${branch.name}`}
          >
            Sync
          </Button>
          <Confirm
            label="Drop"
            title={`Drop ${branch.name} from the index?`}
            action="Drop it"
            onConfirm={drop}
            variant="default"
            aria-label={`Drop ${branch.name}`}
          >
            Nothing of this branch is found any more, until a sync of it. The source keeps it.
          </Confirm>
        </Group>
      )}
    </li>
  );
};
