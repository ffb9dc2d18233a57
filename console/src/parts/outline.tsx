import { useQuery } from '@tanstack/react-query';
import { filePage } from '../addresses.ts';
import * as queries from '../queries.ts';
import { count } from '../words.ts';
import classes from './outline.module.css';

/** What a file defines, each with its line; nothing where nothing is known of it. */
export const Outline = ({ id, place }: { readonly id: string; readonly place: queries.Place }) => {
  const { data } = useQuery(queries.outline(id, place));
  if (data == null || data.symbols.length === 0) return null;
  const { path, bytes, branch } = place;
  return (
    <details className="panel fold">
      <summary>
        Outline <span className="quiet numbers">{count(data.symbols.length, 'definition')}</span>
      </summary>
      <ul className={classes.symbols}>
        {data.symbols.map(({ name, kind, container, line, start_line: from, end_line: to }) => (
          <li key={`${line}:${name}`} style={{ paddingInlineStart: `${depthOf(container)}rem` }}>
            <a
              className="named mono break"
              href={filePage(id, { file: path, bytes: bytes ?? undefined, branch, lines: [from, to] })}
            >
              {name}
            </a>{' '}
            <span className="quiet">
              {kind}, line {line}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
};

const depthOf = (container: string | null): number => (container === null ? 0 : container.split('.').length);
