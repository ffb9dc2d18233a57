import { useQuery } from '@tanstack/react-query';
import './code.css';
import classes from './code-lines.module.css';
import { markTokens, type Piece, type Range } from './marks.ts';

interface CodeLinesProps {
  readonly text: string;
  readonly language: string | null;
  /** The number of the first line. */
  readonly start: number;
  /** Where the line's number leads. */
  readonly hrefOf: (line: number) => string;
  /** What is marked in a line (by its number). */
  readonly marksOf?: (line: number, text: string) => readonly Range[];
  /** The lines that are shown as chosen, from and to. Where it is given, each line has an id (`L3`): for one text of a page. */
  readonly chosen?: Range | null;
  /** What it is, for who cannot see it. */
  readonly label: string;
}

/** Lines of code with their numbers, in the colours of their language once its grammar is there. */
export const CodeLines = ({ text, language, start, hrefOf, marksOf, chosen, label }: CodeLinesProps) => {
  const { data } = useQuery({
    queryKey: ['highlighter'],
    queryFn: () => import('./highlighter.ts'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const whole = text.replaceAll('\r\n', '\n').replace(/\n$/, '');
  const plain = whole.split('\n');
  const lines =
    data === undefined ? plain.map((line) => [{ text: line, className: '' }]) : data.tokenLines(whole, language);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={classes.code} aria-label={label} tabIndex={0}>
      <pre>
        {lines.map((tokens, n) => {
          const line = start + n;
          const marks = marksOf?.(line, plain[n] ?? '') ?? [];
          return (
            <span
              key={line}
              className={classes.line}
              id={chosen === undefined ? undefined : `L${line}`}
              data-chosen={chosen != null && chosen[0] <= line && line <= chosen[1]}
            >
              <a href={hrefOf(line)} className={classes.number} tabIndex={marks.length > 0 ? undefined : -1}>
                {line}
              </a>
              <span className={classes.text}>
                {markTokens(tokens, marks).map((piece, k) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name, and never move
                  <Part key={k} piece={piece} />
                ))}
                {'\n'}
              </span>
            </span>
          );
        })}
      </pre>
    </section>
  );
};

const Part = ({ piece: { text, className, marked } }: { readonly piece: Piece }) => {
  const content = className === '' ? text : <span className={className}>{text}</span>;
  return marked ? <mark>{content}</mark> : content;
};
