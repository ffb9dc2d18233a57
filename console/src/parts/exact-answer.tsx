import { Alert, Badge, Button, Group, Loader, Stack, Text } from '@mantine/core';
import type { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { GrepAnswer, GrepMatch } from '../../../client/src/client.ts';
import { filePage } from '../addresses.ts';
import { blocksOf, byFile } from '../code/blocks.ts';
import { CodeLines } from '../code/code-lines.tsx';
import { notSearchedInWords, truncatedInWords } from '../grep-words.ts';
import { count } from '../words.ts';
import classes from './answer.module.css';
import { IndexedAt } from './indexed-at.tsx';
import { More } from './more.tsx';
import { TroubleAlert } from './trouble.tsx';

type Found = ReturnType<typeof useInfiniteQuery<GrepAnswer>>;

/** Every line that matches, by file, page after page. */
export const ExactAnswer = ({ id, found }: { readonly id: string; readonly found: Found }) => {
  const { data, error, isFetching, hasNextPage, refetch } = found;
  const [first] = data?.pages ?? [];
  if (data === undefined || first === undefined)
    return error !== null ? <TroubleAlert error={error} /> : isFetching ? <Loader aria-label="Searching" /> : null;
  const matches = data.pages.flatMap((page) => page.matches);
  const files = byFile(matches);
  const left = notSearchedInWords(first.not_searched);
  const cut = data.pages.at(-1)?.truncated;
  return (
    <Stack gap="md" aria-busy={isFetching}>
      <div aria-live="polite">
        <Text size="sm" className="quiet">
          {matches.length === 0
            ? 'No line matches'
            : `${count(matches.length, 'line')} in ${count(files.length, 'file')}`}
          {hasNextPage && ' so far'}, in <IndexedAt of={first} />
        </Text>
        {left !== null && (
          <Text size="sm" className="quiet">
            {left}
          </Text>
        )}
      </div>
      {files.map((lines) => (
        <InFile key={lines[0].path_bytes ?? lines[0].path} id={id} branch={first.branch} matches={lines} />
      ))}
      {cut !== undefined && (
        <Alert color="yellow" variant="light">
          {truncatedInWords(cut)}
        </Alert>
      )}
      {error !== null && <TroubleAlert error={error} />}
      {error !== null ? (
        <Button variant="default" onClick={() => refetch()} loading={isFetching}>
          Search again
        </Button>
      ) : (
        <More of={found} label="More lines" />
      )}
    </Stack>
  );
};

/** The lines of one file. */
export const InFile = ({
  id,
  branch,
  matches,
  where,
}: {
  readonly id: string;
  readonly branch: string | undefined;
  readonly matches: readonly [GrepMatch, ...GrepMatch[]];
  /** The repository's name, where lines are of several. */
  readonly where?: string;
}) => {
  const [{ path, path_bytes: bytes, language, line: first }] = matches;
  const place = (line: number): string => filePage(id, { file: path, bytes, branch, lines: [line, line] });
  const name = where === undefined ? path : `${where} / ${path}`;
  const long = matches.filter(({ more, text_column }) => more === true || text_column !== undefined);
  return (
    <article className="panel" aria-label={name}>
      <Group className={classes.head} justify="space-between" gap="xs">
        <Link className={`named mono break ${classes.path}`} href={place(first)}>
          {where === undefined ? '' : <span className="quiet">{where} / </span>}
          {path}
        </Link>
        <Group gap="xs">
          <Text size="xs" className="quiet numbers">
            {count(matches.length, 'line')}
          </Text>
          {language !== null && <Badge color="gray">{language}</Badge>}
        </Group>
      </Group>
      {blocksOf(matches).map(({ start, lines }) => (
        <div key={start} className={classes.block}>
          <CodeLines
            label={`${name}, from line ${start}`}
            text={`${lines.map(({ text }) => text).join('\n')}\n`}
            language={language}
            start={start}
            hrefOf={place}
            marksOf={(line) => lines[line - start]?.ranges ?? []}
          />
        </div>
      ))}
      {long.length > 0 && (
        <Text size="xs" className="quiet" px="sm" pb="xs">
          Shown in part, because they are long: {long.map(({ line }) => `line ${line}`).join(', ')}.
        </Text>
      )}
    </article>
  );
};
