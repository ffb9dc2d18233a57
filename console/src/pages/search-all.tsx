import { Alert, Button, Group, Loader, Stack, Text, TextInput, Title } from '@mantine/core';
import { SearchIcon } from '@primer/octicons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { NotSearchedRepository, SearchAllAnswer } from '../../../client/src/client.ts';
import { searchAllPage } from '../addresses.ts';
import { wordsOf } from '../code/marks.ts';
import { Hit } from '../parts/search-answer.tsx';
import { TroubleAlert } from '../parts/trouble.tsx';
import * as queries from '../queries.ts';
import { troubleOf } from '../service.ts';
import { useShortcut } from '../shortcut.ts';
import { useTitle } from '../title.ts';
import { count, spaced } from '../words.ts';

const names = ['q', 'repositories', 'language', 'path'] as const;
type Asked = Readonly<Record<(typeof names)[number], string>>;

const labels: readonly (readonly [name: Exclude<keyof Asked, 'q'>, label: string, placeholder: string])[] = [
  ['repositories', 'Repositories', 'such as web, team-*'],
  ['language', 'Language', 'such as go'],
  ['path', 'Path', 'such as src/**/*.ts'],
];

/** Search in all repositories that the user may read. What is asked for is in the address. */
export const SearchAll = () => {
  useTitle('Search');
  const [address] = useSearchParams();
  const asked = Object.fromEntries(names.map((name) => [name, address.get(name) ?? ''])) as Asked;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value.trim() !== ''));
  const { data, error, isFetching } = useQuery(queries.searchAll({ ...given, q: asked.q, limit: 20 }));
  const { fields } = troubleOf(error);
  const said = names.some((name) => fields[`query.${name}`] !== undefined);
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        Search
      </Title>
      <search>
        <Form key={address.toString()} asked={asked} fields={fields} />
      </search>
      {error !== null && !said && <TroubleAlert error={error} />}
      {data === undefined && isFetching && <Loader aria-label="Searching" />}
      {asked.q.trim() === '' && (
        <Text size="sm" className="quiet">
          All repositories that you may read, each in its default branch.
        </Text>
      )}
      {data !== undefined && <Answer q={asked.q} answer={data} />}
    </Stack>
  );
};

const Form = ({ asked, fields }: { readonly asked: Asked; readonly fields: Readonly<Record<string, string>> }) => {
  const [, go] = useLocation();
  const box = useShortcut<HTMLInputElement>('/');
  const [typed, setTyped] = useState(asked);
  const field = (name: keyof Asked) => ({
    value: typed[name],
    onChange: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
      setTyped((before) => ({ ...before, [name]: value })),
    error: fields[`query.${name}`],
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go(searchAllPage(typed));
  };
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <TextInput
          ref={box}
          flex={1}
          size="md"
          type="search"
          aria-label="Search for"
          placeholder="What are you looking for? (press /)"
          leftSection={<SearchIcon />}
          {...field('q')}
        />
        <Button type="submit" size="md">
          Search
        </Button>
      </Group>
      <Group gap="xs" align="flex-start" grow preventGrowOverflow={false}>
        {labels.map(([name, label, placeholder]) => (
          <TextInput key={name} label={label} placeholder={placeholder} size="xs" miw={150} {...field(name)} />
        ))}
      </Group>
    </Stack>
  );
};

const Answer = ({ q, answer }: { readonly q: string; readonly answer: SearchAllAnswer }) => {
  const { hits, searched, not_searched: left, warnings } = answer;
  const words = wordsOf(q);
  return (
    <Stack gap="md">
      <Text size="sm" className="quiet" role="status">
        {hits.length === 0 ? 'Nothing found' : count(hits.length, 'hit')} in{' '}
        {count(searched, 'repository', 'repositories')}
      </Text>
      {left.length > 0 && <NotSearched left={left} />}
      {warnings.map((text) => (
        <Alert key={text} color="yellow" variant="light">
          {text}
        </Alert>
      ))}
      {hits.map((hit) => (
        <Hit
          key={`${hit.repository_id}:${hit.path}:${hit.start_line}`}
          id={hit.repository_id}
          hit={hit}
          words={words}
          where={hit.repository_id}
        />
      ))}
    </Stack>
  );
};

/** By reason, since there may be many. */
const NotSearched = ({ left }: { readonly left: readonly NotSearchedRepository[] }) => (
  <Text size="sm" className="quiet break" component="div">
    {[...Map.groupBy(left, ({ reason }) => reason)].map(([reason, some]) => (
      <div key={reason}>
        Not searched ({spaced(reason)}): {some.map(({ repository_id }) => repository_id).join(', ')}
      </div>
    ))}
  </Text>
);
