import { ObjectDamagedError } from '../../domain/errors.ts';

/** A blob's text for a pack, as UTF-8 without a byte order mark; its newlines are as they were. */
export interface PackedText {
  readonly oid: string;
  readonly utf8: Uint8Array;
  /** UTF-16 code units. */
  readonly length: number;
}

/** A text that is at hand as a string. */
export const packedText = (oid: string, text: string): PackedText => ({
  oid,
  utf8: encoder.encode(text),
  length: text.length,
});
const encoder = new TextEncoder();

/** The texts of a pack, in the order in which they were put. */
export interface Pack {
  readonly oids: readonly string[];
  /** Undefined: the pack does not have the blob. */
  textOf(oid: string): string | undefined;
  /** Where each text begins in `body`, and its end, in UTF-16 code units. */
  readonly places: ReadonlyMap<string, Place>;
  /** All texts, one after the other. */
  readonly body: string;
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** How each pack begins. Another number is another form. */
const FORM = 'pack 1';

/** A line for the form and how many texts there are, one for each of them (its blob, and its length in UTF-16 code units), and the texts themselves. */
export const packOf = (texts: readonly PackedText[]): Uint8Array<ArrayBuffer> => {
  const lines = texts.map(({ oid, length }) => `${oid}\t${length}\n`).join('');
  const head = encoder.encode(`${FORM}\t${texts.length}\n${lines}`);
  const pack = new Uint8Array(texts.reduce((sum, { utf8 }) => sum + utf8.length, head.length));
  pack.set(head);
  let at = head.length;
  for (const { utf8 } of texts) {
    pack.set(utf8, at);
    at += utf8.length;
  }
  return pack;
};

/** Throws ObjectDamagedError for what is no pack, or not all of one. */
export const readPack = (text: string): Pack => {
  let at = text.indexOf('\n') + 1;
  const [form, count] = text.slice(0, at).split('\t');
  if (form !== FORM) throw new ObjectDamagedError(`not a pack of the form "${FORM}"`);
  const lengths: [string, number][] = [];
  for (let n = Number(count); n > 0; n--) {
    const end = text.indexOf('\n', at);
    const tab = text.indexOf('\t', at);
    if (end < 0) break;
    lengths.push([text.slice(at, tab), Number(text.slice(tab + 1, end))]);
    at = end + 1;
  }
  const body = text.slice(at);
  const places = new Map<string, Place>();
  let from = 0;
  for (const [oid, length] of lengths) {
    places.set(oid, { from, to: from + length });
    from += length;
  }
  if (lengths.length !== Number(count) || from !== body.length)
    throw new ObjectDamagedError(`a pack of ${count} texts is cut short, or was changed`);
  return {
    oids: lengths.map(([oid]) => oid),
    textOf: (oid) => {
      const place = places.get(oid);
      return place === undefined ? undefined : body.slice(place.from, place.to);
    },
    places,
    body,
  };
};
