import { ObjectMissingError } from '../../../core/domain/errors.ts';
import type { ObjectStore, StoredObject } from '../../../core/ports/object-store.ts';

/** Objects in a map, each a list of lines or a text. */
export class MemoryObjectStore implements ObjectStore {
  readonly #texts = new Map<string, string>();

  /** Every key, in order. */
  keys(prefix = ''): readonly string[] {
    return [...this.#texts.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** The lines of an object, for the one who checks it. */
  peek(key: string): readonly string[] | undefined {
    return this.#texts.get(key)?.split('\n').slice(0, -1);
  }

  /** The text of an object, for the same. */
  peekText(key: string): string | undefined {
    return this.#texts.get(key);
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  async putText(key: string, text: string | Uint8Array): Promise<number> {
    const content = typeof text === 'string' ? text : Buffer.from(text).toString();
    this.#texts.set(checked(key), content);
    return content.length;
  }

  async putLines(key: string, lines: Iterable<string> | AsyncIterable<readonly string[]>): Promise<number> {
    const all: string[] = [];
    if (Symbol.asyncIterator in lines) for await (const block of lines) all.push(...block);
    else all.push(...lines);
    await this.putText(key, all.map((line) => `${line}\n`).join(''));
    return all.length;
  }

  async getText(key: string): Promise<string | null> {
    return this.#texts.get(checked(key)) ?? null;
  }

  async *getLines(key: string): AsyncGenerator<readonly string[]> {
    const text = this.#texts.get(checked(key));
    if (text === undefined) throw new ObjectMissingError(`there is no object ${key}`);
    if (text !== '') yield text.replace(/\n$/, '').split('\n');
  }

  async exists(key: string): Promise<boolean> {
    return this.#texts.has(checked(key));
  }

  async size(key: string): Promise<number | null> {
    return this.#texts.get(checked(key))?.length ?? null;
  }

  async *list(prefix: string): AsyncGenerator<string> {
    yield* this.keys(checkedPrefix(prefix));
  }

  async *listSizes(prefix: string): AsyncGenerator<StoredObject> {
    for (const key of this.keys(checkedPrefix(prefix))) yield { key, bytes: this.#texts.get(key)?.length ?? 0 };
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#texts.delete(checked(key));
  }

  async deleteAll(prefix: string): Promise<void> {
    for (const key of this.keys(checkedPrefix(prefix))) this.#texts.delete(key);
  }
}

const isPart = (part: string): boolean => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part);

const checked = (key: string): string => {
  if (!key.split('/').every(isPart)) throw new RangeError(`not an object key: ${JSON.stringify(key)}`);
  return key;
};

/** A prefix need not end at a slash. */
const checkedPrefix = (prefix: string): string => {
  const parts = prefix.split('/');
  if (!parts.every((part, at) => (at === parts.length - 1 && part === '') || isPart(part)))
    throw new RangeError(`not a prefix of object keys: ${JSON.stringify(prefix)}`);
  return prefix;
};
