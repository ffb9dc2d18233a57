import { Alert, Badge, Group, Loader, Stack, Text } from '@mantine/core';
import type { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { SearchAnswer as Answer, SearchHit } from '../../../client/src/client.ts';
import { filePage } from '../addresses.ts';
import { CodeLines } from '../code/code-lines.tsx';
import { rangesOf, wordsOf } from '../code/marks.ts';
import { count } from '../words.ts';
import classes from './answer.module.css';
import { IndexedAt } from './indexed-at.tsx';
import { TroubleAlert } from './trouble.tsx';

interface SearchAnswerProps {
  readonly id: string;
  readonly q: string;
  readonly found: ReturnType<typeof useQuery<Answer>>;
}

/** The best hits for some words, and what is near to them. */
export const SearchAnswer = ({ id, q, found: { data, error, isFetching } }: SearchAnswerProps) => {
  if (error !== null) return <TroubleAlert error={error} />;
  if (data === undefined) return isFetching ? <Loader aria-label="Searching" /> : null;
  const words = wordsOf(q);
  const near = data.results.filter(({ match }) => match === 'near');
  const met = data.results.filter(({ match }) => match === 'words');
  return (
    <Stack gap="md" aria-live="polite" aria-busy={isFetching}>
      <Text size="sm" className="quiet">
        {data.results.length === 0 ? 'Nothing found' : count(data.results.length, 'hit')} in{' '}
        <IndexedAt of={{ ...data, commit: data.indexed_commit }} />
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

export const Hit = ({
  id,
  hit,
  words,
  where,
}: {
  readonly id: string;
  readonly hit: SearchHit;
  readonly words: readonly string[];
  /** The repository's name, where hits are of several. */
  readonly where?: string;
}) => {
  const lines = hit.snippet.split('\n');
  const first = lines.findIndex((line) => rangesOf(line, words).length > 0);
  const from = Math.max(0, Math.min(first - 3, lines.length - SHOWN));
  const shown = lines.slice(from, from + SHOWN);
  const place = (from: number, to = from): string =>
    filePage(id, { file: hit.path, bytes: hit.path_bytes, branch: hit.branch, lines: [from, to] });
  const name = where === undefined ? hit.path : `${where} / ${hit.path}`;
  return (
    <article className="panel" aria-label={name}>
      <Group className={classes.head} justify="space-between" gap="xs">
        <Link className={`named mono break ${classes.path}`} href={place(hit.start_line, hit.end_line)}>
          {where === undefined ? '' : <span className="quiet">{where} / </span>}
          {hit.path}
          <span className="quiet">
            :{hit.start_line}–{hit.end_line}
          </span>
        </Link>
        {hit.language !== null && <Badge color="gray">{hit.language}</Badge>}
      </Group>
      <CodeLines
        label={`${name}, from line ${hit.start_line + from}`}
        text={shown.join('\n')}
        language={hit.language}
        start={hit.start_line + from}
        hrefOf={(line) => place(line)}
        marksOf={(_, line) => rangesOf(line, words)}
      />
    </article>
  );
};
