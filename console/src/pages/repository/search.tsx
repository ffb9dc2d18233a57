import { Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { Repository } from '../../../../client/src/client.ts';
import { askedOf, grepFor, searchFor } from '../../asked.ts';
import { ExactAnswer } from '../../parts/exact-answer.tsx';
import { SearchAnswer } from '../../parts/search-answer.tsx';
import { SearchForm, saysAll } from '../../parts/search-form.tsx';
import * as queries from '../../queries.ts';
import { troubleOf } from '../../service.ts';
import { RepositoryFrame } from './repository-frame.tsx';

/** Search in one branch, by words or exactly. What is asked for is in the address. */
export const Search = ({ id }: { readonly id: string }) => (
  <RepositoryFrame id={id} tab="search">
    {(repository) => <Asking repository={repository} />}
  </RepositoryFrame>
);

const Asking = ({ repository }: { readonly repository: Repository }) => {
  const { repository_id: id } = repository;
  const [address] = useSearchParams();
  const asked = askedOf(address);
  const { exact, q } = asked;
  const search = useQuery(queries.search(id, searchFor(asked), !exact));
  const grep = useInfiniteQuery(queries.grep(id, grepFor(asked), exact));
  const empty = (exact ? q : q.trim()) === '';
  const { fields } = troubleOf((exact ? grep : search).error);
  return (
    <Stack gap="md">
      <search>
        <SearchForm repository={repository} address={address.toString()} asked={asked} fields={empty ? {} : fields} />
      </search>
      {empty ? (
        <Text size="sm" className="quiet">
          {exact
            ? 'Every line that has this text, letter for letter, or that a regular expression matches (RE2).'
            : 'By words, names or what the code does. path:src/, lang:go, "an exact phrase" and -word narrow it.'}
        </Text>
      ) : saysAll(fields) ? null : exact ? (
        <ExactAnswer id={id} found={grep} />
      ) : (
        <SearchAnswer id={id} q={q} found={search} />
      )}
    </Stack>
  );
};
