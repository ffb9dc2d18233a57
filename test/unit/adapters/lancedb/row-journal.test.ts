import { execFile } from 'node:child_process';
import { access, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packRows } from '../../../../adapters/lancedb/packed-rows.ts';
import { createRowJournal } from '../../../../adapters/lancedb/row-journal.ts';
import type { IndexRow } from '../../../../core/ports/search-index.ts';

const dimensions = 4;
const row = (blob: string, text: string, ordinal = 0): IndexRow => ({
  blob,
  ordinal,
  startLine: ordinal + 1,
  endLine: ordinal + 9,
  text,
  languages: ordinal % 2 === 0 ? ['c', 'c++'] : [],
  vector: Float32Array.from({ length: dimensions }, (_, d) => (ordinal + d) / 8),
});
const pack = (...rows: IndexRow[]) => packRows(rows, dimensions);

describe('a journal of rows', () => {
  let root: string;
  let file: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'row-journal-'));
    file = join(root, 'rows.journal');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('gives back what was appended, in its order, to another process too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(
            fc.array(fc.tuple(fc.stringMatching(/^[0-9a-f]{40}$/), fc.string({ unit: 'grapheme' })), { maxLength: 5 }),
            { minLength: 1, maxLength: 3 },
          ),
          { maxLength: 4 },
        ),
        async (appends) => {
          const journal = createRowJournal(file);
          await journal.read();
          const packs = appends.map((some) => some.map((rows) => pack(...rows.map(([b, t], at) => row(b, t, at)))));
          for (const some of packs) await journal.append(some);
          await journal.close();
          expect(await createRowJournal(file).read()).toEqual(packs.flat());
          await journal.clear();
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is empty without a file, and when it was cleared', async () => {
    const journal = createRowJournal(file);
    expect(await journal.read()).toEqual([]);
    await journal.clear();
    await journal.append([pack(row('a', 'text'))]);
    await journal.clear();
    await expect(access(file)).rejects.toThrow('ENOENT');
    expect(await journal.read()).toEqual([]);
  });

  it('leaves out a pack that was cut off anywhere, and goes on behind those before it', async () => {
    const [first, second, third] = [pack(row('a', 'the first')), pack(row('b', 'the second')), pack(row('c', 'third'))];
    const journal = createRowJournal(file);
    await journal.append([first]);
    const before = (await readFile(file)).length;
    await journal.append([second]);
    await journal.close();
    const bytes = await readFile(file);
    for (let length = before; length < bytes.length; length++) {
      await writeFile(file, bytes);
      await truncate(file, length);
      const next = createRowJournal(file);
      expect(await next.read()).toEqual([first]);
      await next.append([third]);
      await next.close();
      expect(await createRowJournal(file).read()).toEqual([first, third]);
    }
  });

  it('takes what is none of its packs for nothing', async () => {
    await writeFile(file, 'something else that stands here, and is longer than the numbers before a pack');
    const journal = createRowJournal(file);
    expect(await journal.read()).toEqual([]);
    await journal.append([pack(row('a', 'text'))]);
    await journal.close();
    expect(await createRowJournal(file).read()).toEqual([pack(row('a', 'text'))]);
  });

  it('says that there is no room, and keeps what was there and what fits afterwards', async () => {
    // A file of 64 KiB at most. The system writes a part of the second pack before it says so.
    const script = join(import.meta.dirname, 'row-journal.writer.ts');
    const command = `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`;
    const lengths = ['20000', '100000', '30000'];
    const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, script, file, ...lengths]);
    expect(stdout.split('\n')).toEqual(['kept', 'EFBIG', 'kept', '']);
    const texts = (await createRowJournal(file).read()).map(({ keys, texts }) => [keys, texts.bytes.length]);
    expect(texts).toEqual([
      [['b0:0'], 20_000],
      [['b2:0'], 30_000],
    ]);
  });

  it('tells that the file cannot be read', async () => {
    await expect(createRowJournal(root).read()).rejects.toThrow('EISDIR');
  });
});
