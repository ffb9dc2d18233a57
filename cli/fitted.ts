/** Columns that a character takes: what East Asian scripts and emoji have is twice as wide. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const NO_WIDTH = /\p{Mark}|\u200d/u;

const widthOf = (character: string): number => (NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1);

/** As many of the characters as fit into so many columns. */
const within = (characters: readonly string[], columns: number): readonly string[] => {
  let width = 0;
  const end = characters.findIndex((character) => {
    width += widthOf(character);
    return width > columns;
  });
  return end < 0 ? characters : characters.slice(0, end);
};

/** A text in so many columns: cut at its end, and marked where it is. */
export const fittedText = (text: string, columns: number): string => {
  const characters = [...text];
  if (within(characters, columns).length === characters.length) return text;
  return columns < 1 ? '' : `${within(characters, columns - 1).join('')}…`;
};

/** A path in so many columns: its last parts that fit whole, since those tell most; of a file's name that does not fit its end. */
export const fittedPath = (path: string, columns: number): string => {
  const characters = [...path].reverse();
  if (within(characters, columns).length === characters.length) return path;
  if (columns < 1) return '';
  const tail = [...within(characters, columns - 1)].reverse().join('');
  const slash = tail.indexOf('/');
  return `…${slash < 0 ? tail : tail.slice(slash)}`;
};
