import { Button, Checkbox, Group, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { SearchIcon } from '@primer/octicons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Repository } from '../../../client/src/client.ts';
import { type Asked, searchPage } from '../asked.ts';
import { useShortcut } from '../shortcut.ts';
import classes from './search-form.module.css';

/** Where the form says what is wrong. */
const placed = ['q', 'pattern', 'branch', 'repositories', 'language', 'path', 'context'].map((name) => `query.${name}`);

/** Whether all that is wrong is said at its field. */
export const saysAll = (fields: Readonly<Record<string, string>>): boolean => {
  const wrong = Object.keys(fields);
  return wrong.length > 0 && wrong.every((field) => placed.includes(field));
};

interface SearchFormProps {
  /** The repository; null: all of them. */
  readonly repository: Repository | null;
  readonly address: string;
  readonly asked: Asked;
  /** What is wrong with each. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What is searched for, and where; the answer is the page's that its address leads to. */
export const SearchForm = ({ repository, address, asked, fields }: SearchFormProps) => {
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
  const ask = (more: Partial<Asked> = {}): void =>
    go(searchPage(repository?.repository_id ?? null, { ...typed, ...more }));
  const field = (name: 'q' | 'repositories' | 'language' | 'path') => ({
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
          {repository === null ? (
            <TextInput label="Repositories" size="xs" placeholder="such as web, team-*" {...field('repositories')} />
          ) : (
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
          )}
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
