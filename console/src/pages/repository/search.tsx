import { Button, Checkbox, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { SearchIcon } from '@primer/octicons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Repository } from '../../../../client/src/client.ts';
import { type Asked, askedOf, grepFor, searchFor, searchPage } from '../../asked.ts';
import { ExactAnswer } from '../../parts/exact-answer.tsx';
import { SearchAnswer } from '../../parts/search-answer.tsx';
import * as queries from '../../queries.ts';
import { troubleOf } from '../../service.ts';
import { useShortcut } from '../../shortcut.ts';
import { RepositoryFrame } from './repository-frame.tsx';
import classes from './search.module.css';

/** Search in one branch, by words or exactly. What is asked for is in the address. */
export const Search = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="search">
    {(repository) => <Asking repository={repository} />}
  </RepositoryFrame>
);

/** Where the form says what is wrong. */
const placed = ['q', 'pattern', 'branch', 'language', 'path', 'context'].map((name) => `query.${name}`);

const Asking = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id } = repository;
  const [address] = useSearchParams();
  const asked = askedOf(address);
  const { exact, q } = asked;
  const search = useQuery(queries.search(id, searchFor(asked), !exact));
  const grep = useInfiniteQuery(queries.grep(id, grepFor(asked), exact));
  const empty = (exact ? q : q.trim()) === '';
  const { fields } = troubleOf((exact ? grep : search).error);
  const wrong = Object.keys(fields);
  const said = wrong.length > 0 && wrong.every((field) => placed.includes(field));
  return (
    <Stack gap="md">
      <search>
        <Form repository={repository} address={address.toString()} asked={asked} fields={empty ? {} : fields} />
      </search>
      {empty ? (
        <Text size="sm" className="quiet">
          {exact
            ? 'Every line that has this text, letter for letter, or that a regular expression matches (RE2).'
            : 'By words, names or what the code does. path:src/, lang:go, "an exact phrase" and -word narrow it.'}
        </Text>
      ) : said ? null : exact ? (
        <ExactAnswer id={id} found={grep} />
      ) : (
        <SearchAnswer id={id} q={q} found={search} />
      )}
    </Stack>
  );
};

interface FormProps {
  readonly repository: Repository;
  readonly address: string;
  readonly asked: Asked;
  /** What is wrong with each. */
  readonly fields: Readonly<Record<string, string>>;
}

const Form = ({ repository, address, asked, fields }: FormProps) => {
  const [, go] = useLocation();
  const box = useShortcut<HTMLInputElement>('/');
  const [typed, setTyped] = useState(asked);
  const [of, setOf] = useState(address);
  // Another address, such as by the way back: the fields say what it asks for.
  if (of !== address) {
    setOf(address);
    setTyped(asked);
  }
  const { exact } = asked;
  const ask = (more: Partial<Asked> = {}): void => go(searchPage(repository.repository_id, { ...typed, ...more }));
  const field = (name: 'q' | 'language' | 'path') => ({
    value: typed[name],
    onChange: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
      setTyped((before) => ({ ...before, [name]: value })),
    error: fields[`query.${name === 'q' && exact ? 'pattern' : name}`],
  });
  const option = (name: 'regex' | 'case' | 'word') => ({
    checked: asked[name],
    onChange: () => ask({ [name]: !asked[name] }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Stack gap="sm">
        <SegmentedControl
          aria-label="How to search"
          className={classes.how}
          value={exact ? 'exact' : 'search'}
          onChange={(how) => ask({ exact: how === 'exact' })}
          data={[
            { value: 'search', label: 'Search' },
            { value: 'exact', label: 'Exact' },
          ]}
        />
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <TextInput
            ref={box}
            className={classes.box}
            size="md"
            type="search"
            aria-label="Search for"
            placeholder={exact ? 'What do lines have? (press /)' : 'What are you looking for? (press /)'}
            leftSection={<SearchIcon />}
            {...field('q')}
          />
          <Button type="submit" size="md">
            Search
          </Button>
        </Group>
        {exact && (
          <Group gap="lg">
            <Checkbox size="xs" label="Regular expression" {...option('regex')} />
            <Checkbox size="xs" label="Match case" {...option('case')} />
            <Checkbox size="xs" label="Whole words" {...option('word')} />
          </Group>
        )}
        <Group gap="xs" align="flex-start" className={classes.filters}>
          <Select
            label="Branch"
            size="xs"
            data={repository.index.branches.map(({ name }) => name)}
            value={asked.branch === '' ? null : asked.branch}
            onChange={(chosen) => ask({ branch: chosen ?? '' })}
            placeholder={repository.default_branch ?? 'default'}
            error={fields['query.branch']}
            clearable
            searchable
          />
          <TextInput label="Language" size="xs" placeholder="such as go" {...field('language')} />
          <TextInput label="Path" size="xs" placeholder="such as src/**/*.ts" {...field('path')} />
          {exact && (
            <Select
              label="Lines around"
              size="xs"
              data={[...new Set(['0', '1', '2', '5', '10', '20', asked.context])]}
              value={asked.context}
              onChange={(chosen) => ask({ context: chosen ?? '0' })}
              error={fields['query.context']}
              allowDeselect={false}
            />
          )}
        </Group>
      </Stack>
    </form>
  );
};
