export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Objects by key. Keys are `/`-separated, without `..` and without a leading slash.
 * An object whose key ends in `.zst` is stored compressed; callers always see the plain content.
 * A write is atomic: a reader sees the whole new object or what was there before.
 */
export interface ObjectStore {
  /** A text, or what it is as UTF-8. Returns the bytes that the object takes in the store. */
  putText(key: string, text: string | Uint8Array): Promise<number>;
  /** Streams lines (without their newline), or blocks of them, into one object. Returns how many lines there were. Holds a bounded buffer. */
  putLines(key: string, lines: Iterable<string> | AsyncIterable<readonly string[]>): Promise<number>;
  /** The object's text, or null when there is none. Throws ObjectDamagedError for a broken `.zst`. */
  getText(key: string): Promise<string | null>;
  /** The object's lines, streamed in blocks, none of them empty. Throws ObjectMissingError when there is none, ObjectDamagedError for a broken `.zst`. */
  getLines(key: string): AsyncIterable<readonly string[]>;
  exists(key: string): Promise<boolean>;
  /** The bytes that the object takes in the store; null when there is none. */
  size(key: string): Promise<number | null>;
  /** Keys that begin with `prefix`, in order. */
  list(prefix: string): AsyncIterable<string>;
  /** The same with the bytes that each object takes in the store. */
  listSizes(prefix: string): AsyncIterable<StoredObject>;
  /** Removes every object under the prefix; nothing there is no error. */
  deleteAll(prefix: string): Promise<void>;
  /** Removes these objects; one that is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
}
