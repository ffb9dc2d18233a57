import { Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Repository } from '../../../../client/src/client.ts';
import { repositoryPage } from '../../addresses.ts';
import { HealthBadge } from '../../parts/health.tsx';
import { IndexedAt } from '../../parts/indexed-at.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { TroubleAlert } from '../../parts/trouble.tsx';
import * as queries from '../../queries.ts';
import { useTitle } from '../../title.ts';
import classes from './repository-frame.module.css';

const tabs = [
  ['', 'Syncs'],
  ['search', 'Search'],
  ['files', 'Files'],
  ['branches', 'Branches'],
  ['webhooks', 'Webhooks'],
  ['settings', 'Settings'],
] as const;

/** What every page of one repository has at its top. */
export const RepositoryFrame = ({
  id,
  tab,
  children,
}: {
  readonly id: string;
  readonly tab: (typeof tabs)[number][0];
  readonly children: (repository: Repository) => ReactNode;
}) => {
  const { data, error } = useQuery(queries.repository(id));
  const name = tabs.find(([path]) => path === tab)?.[1] ?? '';
  useTitle(`${id}: ${name}`);
  return (
    <Stack gap="lg">
      <PageHead
        title={id}
        trail={<span className={`quiet ${classes.here}`}>{id}</span>}
        badge={data !== undefined && <HealthBadge repository={data} />}
      >
        {data !== undefined && <span className="quiet break">{data.source.url}</span>}
        {data !== undefined && <Fresh repository={data} />}
      </PageHead>
      <nav className={classes.tabs} aria-label="Of this repository">
        {tabs.map(([path, word]) => (
          <Link
            key={path}
            href={repositoryPage(id, path)}
            aria-current={path === tab ? 'page' : undefined}
            // On a phone the tabs are wider than the screen.
            ref={path === tab ? intoView : undefined}
          >
            {word}
          </Link>
        ))}
      </nav>
      {error !== null && <TroubleAlert error={error} />}
      {data === undefined && error === null && <Loader aria-label="Loading the repository" />}
      {data !== undefined && children(data)}
    </Stack>
  );
};

const intoView = (tab: HTMLElement | null): void => tab?.scrollIntoView({ block: 'nearest', inline: 'center' });

/** How fresh the default branch is, or the first one that is indexed. */
const Fresh = ({ repository: { index, default_branch } }: { readonly repository: Repository }) => {
  const branch = index.branches.find(({ name }) => name === default_branch) ?? index.branches[0];
  if (branch === undefined) return null;
  return (
    <Text size="sm" className="quiet">
      <IndexedAt of={{ ...branch, branch: branch.name }} />
    </Text>
  );
};
