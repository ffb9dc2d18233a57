import { Alert, Loader, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type {
  GrepAllAnswer,
  NotSearchedRepository,
  RepositoryMatch,
  SearchAllAnswer,
} from '../../../client/src/client.ts';
import { askedOf, grepFor, searchFor } from '../asked.ts';
import { byFile } from '../code/blocks.ts';
import { wordsOf } from '../code/marks.ts';
import { truncatedInWords } from '../grep-words.ts';
import { InFile } from '../parts/exact-answer.tsx';
import { More } from '../parts/more.tsx';
import { Hit } from '../parts/search-answer.tsx';
import { SearchForm, saysAll } from '../parts/search-form.tsx';
import { TroubleAlert } from '../parts/trouble.tsx';
import * as queries from '../queries.ts';
import { troubleOf } from '../service.ts';
import { useTitle } from '../title.ts';
import { count, spaced } from '../words.ts';

/** Search in all repositories that the user may read, by words or exactly. What is asked for is in the address. */
export const SearchAll = () => {
  useTitle('Search');
  const [address] = useSearchParams();
  const asked = askedOf(address);
  const { exact, q } = asked;
  const search = useQuery(queries.searchAll(searchFor(asked), !exact));
  const grep = useInfiniteQuery(queries.grepAll(grepFor(asked), exact));
  const { data, error, isFetching } = exact ? grep : search;
  const empty = (exact ? q : q.trim()) === '';
  const { fields } = troubleOf(error);
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        Search
      </Title>
      <search>
        <SearchForm repository={null} address={address.toString()} asked={asked} fields={empty ? {} : fields} />
      </search>
      {empty && (
        <Text size="sm" className="quiet">
          All repositories that you may read, each in its default branch.
        </Text>
      )}
      {error !== null && !saysAll(fields) && <TroubleAlert error={error} />}
      {data === undefined && isFetching && <Loader aria-label="Searching" />}
      {!exact && search.data !== undefined && <Hits q={q} answer={search.data} />}
      {exact && grep.data !== undefined && <Lines pages={grep.data.pages} hasMore={grep.hasNextPage} />}
      {exact && <More of={grep} label="More lines" />}
    </Stack>
  );
};

const Hits = ({ q, answer }: { readonly q: string; readonly answer: SearchAllAnswer }) => {
  const { hits, searched, not_searched: left, warnings } = answer;
  const words = wordsOf(q);
  return (
    <>
      <Text size="sm" className="quiet" role="status">
        {hits.length === 0 ? 'Nothing found' : count(hits.length, 'hit')} in{' '}
        {count(searched, 'repository', 'repositories')}
      </Text>
      <Remarks left={left} warnings={warnings} />
      {hits.map((hit) => (
        <Hit
          key={`${hit.repository_id}:${hit.path}:${hit.start_line}`}
          id={hit.repository_id}
          hit={hit}
          words={words}
          where={hit.repository_id}
        />
      ))}
    </>
  );
};

const Lines = ({ pages, hasMore }: { readonly pages: readonly GrepAllAnswer[]; readonly hasMore: boolean }) => {
  const matches = pages.flatMap((page) => page.matches);
  const cut = pages.at(-1)?.truncated;
  const branchOf = new Map(
    pages.flatMap((page) => page.repositories.map(({ repository_id, branch }) => [repository_id, branch] as const)),
  );
  return (
    <>
      <Text size="sm" className="quiet" role="status">
        {matches.length === 0 ? 'No line matches' : count(matches.length, 'line')}
        {hasMore && ' so far'}, in {count(branchOf.size, 'repository', 'repositories')}
      </Text>
      <Remarks
        left={pages.flatMap((page) => page.not_searched)}
        warnings={[...new Set(pages.flatMap((page) => page.warnings))]}
      />
      {[...Map.groupBy(matches, ({ repository_id }) => repository_id)].flatMap(([id, some]) =>
        byFile<RepositoryMatch>(some).map((lines) => (
          <InFile
            key={`${id}\0${lines[0].path_bytes ?? lines[0].path}`}
            id={id}
            branch={branchOf.get(id)}
            matches={lines}
            where={id}
          />
        )),
      )}
      {cut !== undefined && (
        <Alert color="yellow" variant="light">
          {truncatedInWords(cut)}
        </Alert>
      )}
    </>
  );
};

interface RemarksProps {
  readonly left: readonly NotSearchedRepository[];
  readonly warnings: readonly string[];
}

/** What was not searched, by reason, since there may be many; and what the service remarks. */
const Remarks = ({ left, warnings }: RemarksProps) => (
  <>
    {left.length > 0 && (
      <Text size="sm" className="quiet break" component="div">
        {[...Map.groupBy(left, ({ reason }) => reason)].map(([reason, some]) => (
          <div key={reason}>
            Not searched ({spaced(reason)}): {some.map(({ repository_id }) => repository_id).join(', ')}
          </div>
        ))}
      </Text>
    )}
    {warnings.map((text) => (
      <Alert key={text} color="yellow" variant="light">
        {text}
      </Alert>
    ))}
  </>
);
