/**
 * Whether the name of a definition may be at a place of a text, from its first UTF-16 unit to the one after its last. Denied is only what certainly is
 * none, as what is around it tells.
 */
export type NamePlace = (text: string, from: number, to: number) => boolean;
