import { Badge, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { filePage, linesOf } from '../addresses.ts';
import { CodeLines } from '../code/code-lines.tsx';
import * as queries from '../queries.ts';
import { count, plain } from '../words.ts';
import { IndexedAt } from './indexed-at.tsx';
import { Outline } from './outline.tsx';
import { TroubleAlert } from './trouble.tsx';

/** Lines that are shown at once. */
const WINDOW = 2_000;

/** The first of the lines that are shown with this one. */
const windowOf = (line: number): number => Math.floor((line - 1) / WINDOW) * WINDOW + 1;

const useHash = (): string =>
  useSyncExternalStore(
    (changed) => {
      addEventListener('hashchange', changed);
      return () => removeEventListener('hashchange', changed);
    },
    () => location.hash,
  );

/** The text of a file, with the lines that the address names shown as chosen. */
export const FileText = ({ id, place }: { readonly id: string; readonly place: queries.Place }) => {
  const { path, bytes, branch } = place;
  const chosen = linesOf(useHash());
  const [start, setStart] = useState(() => windowOf(chosen?.[0] ?? 1));
  const { data, error } = useQuery(queries.file(id, place, start, start + WINDOW - 1));
  const first = chosen?.[0];
  const [of, setOf] = useState(first);
  // Another line was chosen: the lines around it are shown.
  if (of !== first) {
    setOf(first);
    if (first !== undefined && (first < start || first >= start + WINDOW)) setStart(windowOf(first));
  }
  const there = data !== undefined;
  useEffect(() => {
    if (there && first !== undefined) document.getElementById(`L${first}`)?.scrollIntoView({ block: 'start' });
  }, [there, first]);
  if (error !== null) return <TroubleAlert error={error} />;
  if (data == null) return <Loader aria-label="Loading the file" />;
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm" className="quiet numbers">
          {count(data.lines, 'line')}, {plain(data.bytes)} bytes; <IndexedAt of={data} />
        </Text>
        {data.language !== null && <Badge color="gray">{data.language}</Badge>}
      </Group>
      <Outline id={id} place={place} />
      {start > 1 && (
        <Button variant="default" size="xs" onClick={() => setStart(Math.max(1, start - WINDOW))}>
          Earlier lines
        </Button>
      )}
      <div className="panel">
        <CodeLines
          label={path}
          text={data.text}
          language={data.language}
          start={data.start}
          chosen={chosen}
          hrefOf={(line) => filePage(id, { file: path, bytes: bytes ?? undefined, branch, lines: [line, line] })}
        />
      </div>
      {data.end < data.lines && (
        <Button variant="default" size="xs" onClick={() => setStart(start + WINDOW)}>
          Later lines
        </Button>
      )}
    </Stack>
  );
};
