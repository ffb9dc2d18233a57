import { Anchor, Badge, Group, Loader, Select, Stack, Text } from '@mantine/core';
import { FileDirectoryFillIcon, FileIcon } from '@primer/octicons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { FileEntry, Repository } from '../../../../client/src/client.ts';
import { filePage, folderPage, foldersOf } from '../../addresses.ts';
import { FileText } from '../../parts/file-text.tsx';
import { IndexedAt } from '../../parts/indexed-at.tsx';
import { More } from '../../parts/more.tsx';
import { TroubleAlert } from '../../parts/trouble.tsx';
import * as queries from '../../queries.ts';
import { plain, spaced } from '../../words.ts';
import classes from './files.module.css';
import { RepositoryFrame } from './repository-frame.tsx';

/** A branch's files at the commit that is indexed: a folder of them, or the text of one. */
export const Files = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="files">
    {(repository) => <Shown repository={repository} />}
  </RepositoryFrame>
);

interface PlaceProps {
  readonly id: string;
  readonly place: queries.Place;
}

const Shown = ({ repository: { repository_id: id, index, default_branch } }: { readonly repository: Repository }) => {
  const [asked] = useSearchParams();
  const [, go] = useLocation();
  const file = asked.get('file');
  const place = {
    path: file ?? asked.get('path') ?? '',
    bytes: asked.get('bytes'),
    branch: asked.get('branch') ?? undefined,
  };
  const { path, bytes, branch } = place;
  if (index.branches.length === 0) return <Text className="quiet">Nothing is indexed yet.</Text>;
  const inBranch = (other: string): string =>
    file === null
      ? folderPage(id, path, other, bytes ?? undefined)
      : filePage(id, { file, bytes: bytes ?? undefined, branch: other });
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Trail id={id} place={place} />
        <Select
          aria-label="Branch"
          size="xs"
          w={200}
          data={index.branches.map(({ name }) => name)}
          value={branch ?? default_branch}
          onChange={(chosen) => chosen !== null && go(inBranch(chosen))}
          allowDeselect={false}
        />
      </Group>
      {file === null ? (
        <Folder id={id} place={place} />
      ) : (
        <FileText key={`${bytes ?? file}\0${branch}`} id={id} place={place} />
      )}
    </Stack>
  );
};

/** The folders above, each with its link. */
const Trail = ({ id, place: { path, bytes, branch } }: PlaceProps) => {
  const parts = path === '' ? [] : path.split('/');
  const inBytes = bytes === null ? [] : foldersOf(bytes);
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
              <Anchor component={Link} href={folderPage(id, above, branch, inBytes[n])}>
                {part}
              </Anchor>
            )}
          </span>
        );
      })}
    </nav>
  );
};

const Folder = ({ id, place }: PlaceProps) => {
  const list = useInfiniteQuery(queries.folder(id, place));
  const { data, error } = list;
  if (error !== null) return <TroubleAlert error={error} />;
  const first = data?.pages[0];
  if (data === undefined || first === undefined) return <Loader aria-label="Loading the files" />;
  const entries = data.pages.flatMap((page) => page.entries);
  return (
    <Stack gap="sm">
      <Text size="sm" className="quiet">
        <IndexedAt of={first} />
      </Text>
      {entries.length === 0 && <Text>There is nothing in this folder.</Text>}
      {entries.length > 0 && (
        <ul className="rows">
          {entries.map((entry) => (
            <Entry key={entry.path_bytes ?? entry.path} id={id} entry={entry} place={place} />
          ))}
        </ul>
      )}
      <More of={list} label="More files" />
    </Stack>
  );
};

const Entry = ({ id, entry, place: { path: folder, branch } }: PlaceProps & { readonly entry: FileEntry }) => {
  const { path, path_bytes: bytes, not_indexed, type } = entry;
  const name = folder === '' ? path : path.slice(folder.length + 1);
  if (type === 'directory')
    return (
      <li className={classes.entry}>
        <FileDirectoryFillIcon className={classes.folder ?? ''} />
        <Link href={folderPage(id, path, branch, bytes)} className="named mono break">
          {name}
        </Link>
      </li>
    );
  return (
    <li className={classes.entry}>
      <FileIcon className="quiet" />
      {not_indexed === undefined ? (
        <Link href={filePage(id, { file: path, bytes, branch })} className="named mono break">
          {name}
        </Link>
      ) : (
        <span className="mono break quiet">{name}</span>
      )}
      {not_indexed !== undefined && <Badge color="gray">{spaced(not_indexed)}</Badge>}
      <Text size="xs" className={`quiet numbers ${classes.size}`}>
        {entry.bytes === undefined ? '' : `${plain(entry.bytes)} bytes`}
      </Text>
    </li>
  );
};
