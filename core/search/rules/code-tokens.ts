/** Longest token in UTF-16 units: longer parts are cut, longer joined identifiers are left out. */
export const maxLength = 64;

/** What a UTF-16 unit is to the scanner. */
const unknown = 0;
const separator = 1;
const lower = 2;
const upper = 3;
const digit = 4;
const underscore = 5;
/** A character of a script that does not put spaces between words: each is a part of its own. */
const ideograph = 6;

/** Filled as units are met: classifying all 65,536 at load would cost every Lambda's cold start some milliseconds. */
const kinds = new Uint8Array(0x10000);

/**
 * The words of code and prose, in order and with repetitions: lower-cased parts of identifiers (split at everything that is
 * no letter or digit, at camelCase humps, around digits), and after the parts of an identifier that had several, all
 * of them joined: `parseConfig` and `parse_config` both give `parse`, `config`, `parseconfig`.
 * Documents and queries must both go through here, else they do not meet. About 25 MB/s of source a core (measured).
 */
export const codeTokens = (text: string): string[] => {
  const tokens: string[] = [];
  const lowered = text.toLowerCase();
  // Lower-casing may lengthen a text (İ becomes two units): positions would not fit any more.
  const same = lowered.length === text.length;
  /** Where the part in hand begins, -1 outside one; and which token was the identifier's first, -1 outside one. */
  let part = -1;
  let first = -1;
  let previous = separator;

  const endPart = (end: number): void => {
    if (part < 0) return;
    const cut = Math.min(end, part + maxLength);
    tokens.push(same ? lowered.slice(part, cut) : text.slice(part, cut).toLowerCase());
    part = -1;
  };

  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const kind = kinds[unit] || classify(unit);
    if (kind === separator || kind === underscore) {
      endPart(i);
      if (kind === separator && first >= 0) {
        join(tokens, first);
        first = -1;
      }
    } else {
      if (first < 0) first = tokens.length;
      if (kind !== previous || kind === ideograph) {
        if (kind !== lower || previous !== upper) endPart(i);
        // `HTTPServer`: the last capital belongs to the hump that follows.
        else if (i - part > 1) {
          endPart(i - 1);
          part = i - 1;
        }
      }
      if (part < 0) part = i;
    }
    previous = kind;
  }
  endPart(text.length);
  if (first >= 0) join(tokens, first);
  return tokens;
};

const join = (tokens: string[], first: number): void => {
  const parts = tokens.length - first;
  if (parts < 2) return;
  let length = 0;
  for (let i = first; i < tokens.length; i++) length += (tokens[i] as string).length;
  if (length > maxLength) return;
  let joined = '';
  for (let i = first; i < first + parts; i++) joined += tokens[i];
  tokens.push(joined);
};

const classify = (unit: number): number => {
  const char = String.fromCharCode(unit);
  let kind = separator;
  if (char === '_') kind = underscore;
  else if (/\p{Nd}/u.test(char)) kind = digit;
  else if (/\p{Lu}|\p{Lt}/u.test(char)) kind = upper;
  else if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}/u.test(char)) kind = ideograph;
  // Halves of surrogate pairs stay together, as letters: most pairs that are no emoji are letters.
  else if ((unit >= 0xd800 && unit <= 0xdfff) || /\p{L}|\p{M}|\p{N}/u.test(char)) kind = lower;
  kinds[unit] = kind === unknown ? separator : kind;
  return kind;
};
