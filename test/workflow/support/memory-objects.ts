import type { Services } from '../../../local/workflow-engine/run.ts';

/** Objects in a map. Counts the readers that were opened and not closed. */
export class MemoryObjects implements Pick<Services['objects'], 'getLines' | 'putLines' | 'putText'> {
  readonly texts = new Map<string, string>();
  openReaders = 0;

  async putText(key: string, text: string): Promise<void> {
    this.texts.set(key, text);
  }

  async putLines(key: string, lines: AsyncIterable<string> | Iterable<string>): Promise<number> {
    const all = [];
    for await (const line of lines) all.push(line);
    this.texts.set(key, all.map((line) => `${line}\n`).join(''));
    return all.length;
  }

  async *getLines(key: string): AsyncGenerator<string> {
    const text = this.texts.get(key);
    if (text === undefined) throw new Error(`no object ${key}`);
    this.openReaders += 1;
    try {
      yield* text.split('\n');
    } finally {
      this.openReaders -= 1;
    }
  }

  json(key: string): unknown {
    return JSON.parse(this.texts.get(key) ?? 'null');
  }
}
