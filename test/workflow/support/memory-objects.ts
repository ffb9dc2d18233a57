import type { Services } from '../../../local/workflow-engine/run.ts';

/** Objects in a map. Counts the readers that were opened and not closed. */
export class MemoryObjects implements Pick<Services['objects'], 'getLines' | 'putLines' | 'putText'> {
  readonly texts = new Map<string, string>();
  openReaders = 0;

  async putText(key: string, text: string): Promise<number> {
    this.texts.set(key, text);
    return text.length;
  }

  async putLines(key: string, lines: AsyncIterable<readonly string[]> | Iterable<string>): Promise<number> {
    const all: string[] = [];
    if (Symbol.asyncIterator in lines) for await (const block of lines) all.push(...block);
    else all.push(...lines);
    this.texts.set(key, all.map((line) => `${line}\n`).join(''));
    return all.length;
  }

  async *getLines(key: string): AsyncGenerator<readonly string[]> {
    const text = this.texts.get(key);
    if (text === undefined) throw new Error(`no object ${key}`);
    this.openReaders += 1;
    try {
      for (const line of text.split('\n')) yield [line];
    } finally {
      this.openReaders -= 1;
    }
  }

  json(key: string): unknown {
    return JSON.parse(this.texts.get(key) ?? 'null');
  }
}
