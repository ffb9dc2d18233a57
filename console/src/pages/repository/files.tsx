import { Anchor, Badge, Button, Group, Loader, Select, Stack, Text } from '@mantine/core';
import { FileDirectoryFillIcon, FileIcon } from '@primer/octicons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { FileEntry, Repository } from '../../../../client/src/client.ts';
import { filePage, folderPage } from '../../addresses.ts';
import { FileText } from '../../parts/file-text.tsx';
import { Time } from '../../parts/time.tsx';
import { TroubleAlert } from '../../parts/trouble.tsx';
import * as queries from '../../queries.ts';
import { plain, shortCommit, spaced } from '../../words.ts';
import classes from './files.module.css';
import { RepositoryFrame } from './repository-frame.tsx';

/** A branch's files at the commit that is indexed: a folder of them, or the text of one. */
export const Files = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="files">
    {(repository) => <Place repository={repository} />}
  </RepositoryFrame>
);

const Place = ({ repository: { repository_id: id, index, default_branch } }: { readonly repository: Repository }) => {
  const [asked] = useSearchParams();
  const [, go] = useLocation();
  const branch = asked.get('branch') ?? undefined;
  const file = asked.get('file');
  const folder = asked.get('path') ?? '';
  if (index.branches.length === 0) return <Text className="quiet">Nothing is indexed yet.</Text>;
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Trail id={id} path={file ?? folder} branch={branch} />
        <Select
          aria-label="Branch"
          size="xs"
          w={200}
          data={index.branches.map(({ name }) => name)}
          value={branch ?? default_branch}
          onChange={(chosen) =>
            chosen !== null &&
            go(file === null ? folderPage(id, folder, chosen) : filePage(id, { file, branch: chosen }))
          }
          allowDeselect={false}
        />
      </Group>
      {file === null ? (
        <Folder id={id} path={folder} branch={branch} />
      ) : (
        <FileText key={`${file}\0${branch}`} id={id} path={file} branch={branch} />
      )}
    </Stack>
  );
};

/** The folders above, each with its link. */
const Trail = ({
  id,
  path,
  branch,
}: {
  readonly id: string;
  readonly path: string;
  readonly branch: string | undefined;
}) => {
  const parts = path === '' ? [] : path.split('/');
  return (
    <nav aria-label="Folders" className="mono break">
      {parts.length === 0 ? (
        'All files'
      ) : (
        <Anchor component={Link} href={folderPage(id, '', branch)}>
          All files
        </Anchor>
      )}
      {parts.map((part, n) => {
        const above = parts.slice(0, n + 1).join('/');
        return (
          <span key={above}>
            <span className="quiet"> / </span>
            {n === parts.length - 1 ? (
              <strong>{part}</strong>
            ) : (
              <Anchor component={Link} href={folderPage(id, above, branch)}>
                {part}
              </Anchor>
            )}
          </span>
        );
      })}
    </nav>
  );
};

const Folder = ({
  id,
  path,
  branch,
}: {
  readonly id: string;
  readonly path: string;
  readonly branch: string | undefined;
}) => {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    queries.folder(id, path, branch),
  );
  if (error !== null) return <TroubleAlert error={error} />;
  const first = data?.pages[0];
  if (data === undefined || first === undefined) return <Loader aria-label="Loading the files" />;
  const entries = data.pages.flatMap((page) => page.entries);
  return (
    <Stack gap="sm">
      <Text size="sm" className="quiet">
        {first.branch} at <span className="mono">{shortCommit(first.commit)}</span>, indexed{' '}
        <Time at={first.indexed_at} />
      </Text>
      {entries.length === 0 && <Text>There is nothing in this folder.</Text>}
      {entries.length > 0 && (
        <ul className={classes.list}>
          {entries.map((entry) => (
            <Entry key={entry.path_bytes ?? entry.path} id={id} entry={entry} folder={path} branch={branch} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button variant="default" onClick={() => fetchNextPage()} loading={isFetchingNextPage}>
          More files
        </Button>
      )}
    </Stack>
  );
};

const Entry = ({
  id,
  entry,
  folder,
  branch,
}: {
  readonly id: string;
  readonly entry: FileEntry;
  readonly folder: string;
  readonly branch: string | undefined;
}) => {
  const name = folder === '' ? entry.path : entry.path.slice(folder.length + 1);
  if (entry.type === 'directory')
    return (
      <li className={classes.entry}>
        <FileDirectoryFillIcon className={classes.folder ?? ''} />
        <Link href={folderPage(id, entry.path, branch)} className={`mono break ${classes.name}`}>
          {name}
        </Link>
      </li>
    );
  return (
    <li className={classes.entry}>
      <FileIcon className="quiet" />
      {entry.not_indexed === undefined ? (
        <Link href={filePage(id, { file: entry.path, branch })} className={`mono break ${classes.name}`}>
          {name}
        </Link>
      ) : (
        <span className="mono break quiet">{name}</span>
      )}
      {entry.not_indexed !== undefined && <Badge color="gray">{spaced(entry.not_indexed)}</Badge>}
      <Text size="xs" className={`quiet numbers ${classes.size}`}>
        {entry.bytes === undefined ? '' : `${plain(entry.bytes)} bytes`}
      </Text>
    </li>
  );
};
