import { Alert, Badge, Button, Group, Loader, Select, Stack, Text, TextInput } from '@mantine/core';
import { SearchIcon } from '@primer/octicons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { Repository, SearchHit } from '../../../../client/src/client.ts';
import { filePage, repositoryPage } from '../../addresses.ts';
import { CodeLines } from '../../code/code-lines.tsx';
import { rangesOf, wordsOf } from '../../code/marks.ts';
import { TroubleAlert } from '../../parts/trouble.tsx';
import * as queries from '../../queries.ts';
import { useShortcut } from '../../shortcut.ts';
import { count, shortCommit } from '../../words.ts';
import { RepositoryFrame } from './repository-frame.tsx';
import classes from './search.module.css';

/** Search in one branch. What is asked for is in the address. */
export const Search = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="search">
    {(repository) => <Asking repository={repository} />}
  </RepositoryFrame>
);

const Asking = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id, index } = repository;
  const [asked] = useSearchParams();
  const [, go] = useLocation();
  const box = useShortcut<HTMLInputElement>('/');
  const [q, setQ] = useState(asked.get('q') ?? '');
  const [language, setLanguage] = useState(asked.get('language') ?? '');
  const [path, setPath] = useState(asked.get('path') ?? '');
  const branch = asked.get('branch');
  const ask = (more: Readonly<Record<string, string>> = {}): void => {
    const wanted = { q, language, path, branch: branch ?? '', ...more };
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value.trim() !== ''));
    go(`${repositoryPage(id, 'search')}?${query}`);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask();
  };
  return (
    <Stack gap="md">
      <search>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Group gap="xs" wrap="nowrap">
              <TextInput
                ref={box}
                className={classes.box}
                size="md"
                type="search"
                aria-label="Search for"
                placeholder="What are you looking for? (press /)"
                leftSection={<SearchIcon />}
                value={q}
                onChange={(event) => setQ(event.currentTarget.value)}
              />
              <Button type="submit" size="md">
                Search
              </Button>
            </Group>
            <Group gap="xs" align="flex-end" className={classes.filters}>
              <Select
                label="Branch"
                size="xs"
                data={index.branches.map(({ name }) => name)}
                value={branch}
                onChange={(chosen) => ask({ branch: chosen ?? '' })}
                placeholder={repository.default_branch ?? 'default'}
                clearable
                searchable
              />
              <TextInput
                label="Language"
                size="xs"
                placeholder="such as go"
                value={language}
                onChange={(event) => setLanguage(event.currentTarget.value)}
              />
              <TextInput
                label="Path"
                size="xs"
                placeholder="such as src/**/*.ts"
                value={path}
                onChange={(event) => setPath(event.currentTarget.value)}
              />
            </Group>
          </Stack>
        </form>
      </search>
      <Answer id={id} />
    </Stack>
  );
};

const Answer = ({ id }: { readonly id: string }) => {
  const [asked] = useSearchParams();
  const q = asked.get('q') ?? '';
  const { data, error, isFetching } = useQuery(
    queries.search(id, {
      q,
      branch: asked.get('branch') ?? undefined,
      language: asked.get('language') ?? undefined,
      path: asked.get('path') ?? undefined,
    }),
  );
  if (q.trim() === '')
    return (
      <Text size="sm" className="quiet">
        By words, names or what the code does. path:src/, lang:go, "an exact phrase" and -word narrow it.
      </Text>
    );
  if (error !== null) return <TroubleAlert error={error} />;
  if (data === undefined) return isFetching ? <Loader aria-label="Searching" /> : null;
  const words = wordsOf(q);
  const near = data.results.filter(({ match }) => match === 'near');
  const met = data.results.filter(({ match }) => match === 'words');
  return (
    <Stack gap="md" aria-live="polite" aria-busy={isFetching}>
      <Text size="sm" className="quiet">
        {data.results.length === 0 ? 'Nothing found' : count(data.results.length, 'hit')} in {data.branch} at{' '}
        <span className="mono">{shortCommit(data.indexed_commit)}</span>
      </Text>
      {data.warnings.map((text) => (
        <Alert key={text} color="yellow" variant="light">
          {text}
        </Alert>
      ))}
      {met.map((hit) => (
        <Hit key={`${hit.path}:${hit.start_line}`} id={id} hit={hit} words={words} />
      ))}
      {near.length > 0 && (
        <Text size="sm" fw={650}>
          {met.length === 0 ? 'Nothing has these words. Nearest to them:' : 'Nearest besides, without these words:'}
        </Text>
      )}
      {near.map((hit) => (
        <Hit key={`${hit.path}:${hit.start_line}`} id={id} hit={hit} words={words} />
      ))}
    </Stack>
  );
};

/** Lines of a hit that are shown: from shortly before the first word on. */
const SHOWN = 12;

const Hit = ({
  id,
  hit,
  words,
}: {
  readonly id: string;
  readonly hit: SearchHit;
  readonly words: readonly string[];
}) => {
  const lines = hit.snippet.split('\n');
  const first = lines.findIndex((line) => rangesOf(line, words).length > 0);
  const from = Math.max(0, Math.min(first - 3, lines.length - SHOWN));
  const shown = lines.slice(from, from + SHOWN);
  const place = (line: number): string => filePage(id, { file: hit.path, branch: hit.branch, lines: [line, line] });
  return (
    <article className="panel" aria-label={hit.path}>
      <Group className={classes.head} justify="space-between" gap="xs">
        <Link
          className={`mono break ${classes.path}`}
          href={filePage(id, { file: hit.path, branch: hit.branch, lines: [hit.start_line, hit.end_line] })}
        >
          {hit.path}
          <span className="quiet">
            :{hit.start_line}–{hit.end_line}
          </span>
        </Link>
        {hit.language !== null && <Badge color="gray">{hit.language}</Badge>}
      </Group>
      <CodeLines
        label={`${hit.path}, from line ${hit.start_line + from}`}
        text={shown.join('\n')}
        language={hit.language}
        start={hit.start_line + from}
        hrefOf={place}
        marksOf={(_, line) => rangesOf(line, words)}
      />
    </article>
  );
};
