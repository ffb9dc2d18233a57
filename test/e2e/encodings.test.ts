import { beforeAll, describe, expect, it } from 'vitest';
import type { JobAnswer, JobFile, JobFileList } from '../../core/contract/api.ts';
import type { GitRepository } from '../support/git-repository.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
const { api } = world;
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

/** Path, bytes (by the encoders of CPython 3.11), the encoding, how it is known, and words to find it by. */
const written = [
  ['sjis.c', '2f2f20837483408343838b82f08a4a82ad8f88979d0a', 'shift_jis', 'detected', 'ファイルを開く処理'],
  ['gbk.py', '2320b3f5cabcbbafcafdbeddbfe2c1acbdd30a', 'gb18030', 'detected', '初始化数据库连接'],
  [
    'latin1.go',
    '2f2f204772f6df652064657220546162656c6c65207072fc66656e0a',
    'windows-1252',
    'detected',
    'Größe der Tabelle prüfen',
  ],
  [
    'koi8.sql',
    '2d2d20cfd4cbd2d9d4d820c6c1cacc20c920d0d2cfdec9d4c1d4d820d3d4d2cfcbc90a',
    'koi8-r',
    'detected',
    'прочитать строки',
  ],
  [
    'utf16.ts',
    Buffer.from('\ufeff// das Wörterbuch des Quokka\n', 'utf16le').toString('hex'),
    'utf-16le',
    'byte_order_mark',
    'Wörterbuch des Quokka',
  ],
  // Too little for a guess; `.gitattributes` tells it.
  ['old/label.txt', '955c8ea60a', 'shift_jis', 'gitattributes', '表示'],
  // One byte of UTF-8 lost.
  [
    'cut.md',
    Buffer.from('# Überblick über die Größen\n').toString('hex').replace('c3bc', 'ff'),
    'utf-8',
    'damaged',
    'Größen',
  ],
] as const;

const ledger = async (job: JobAnswer, query = ''): Promise<JobFile[]> =>
  (await api.call<JobFileList>('GET', `/api/jobs/${job.job_id}/files${query}`)).body.files;

describe('files that are not written in UTF-8', () => {
  let git: GitRepository;
  let job: JobAnswer;
  beforeAll(async () => {
    git = await world.registered('encodings', {
      'plain.ts': '// die Größe des Numbat\n',
      'noise.txt': Uint8Array.from({ length: 4000 }, (_, at) => 1 + ((at * 7919 + (at >> 3) * 104_729) % 255)),
      'early.txt': Buffer.from('ein Wombat', 'utf16le'),
      '.gitattributes': 'old/*.txt working-tree-encoding=Shift_JIS\n',
    });
    await git.git('config', 'core.autocrlf', 'false');
    // As they were before the attribute was there: git takes them as they are.
    for (const [path, hex] of written) {
      await git.write({ [path]: bytes(hex) });
      const oid = await git.git('hash-object', '-w', '--no-filters', path);
      await git.git('update-index', '--add', '--cacheinfo', `100644,${oid},${path}`);
    }
    await git.git('commit', '--quiet', '-m', 'bytes');
    job = await api.synced('encodings');
  });

  it('are read as what they are, and found by their words', async () => {
    expect(job).toMatchObject({ status: 'completed', counts: { skipped_by_reason: { undecodable: 1, binary: 1 } } });
    for (const [path, , , , words] of written) {
      const { results } = (await api.search('encodings', { q: words, limit: '1' })).body;
      expect([words, results[0]?.path]).toEqual([words, path]);
      expect(results[0]?.snippet).toContain(words);
    }
  });

  it('are in the ledger, each with its encoding and how that is known', async () => {
    const files = await ledger(job, '?outcome=indexed');
    expect(files).toHaveLength(written.length);
    for (const [path, , encoding, reason] of written)
      expect(files).toContainEqual({ branch: 'main', path, outcome: 'indexed', reason, encoding });
    expect(await ledger(job, '?outcome=skipped')).toEqual([
      { branch: 'main', path: 'early.txt', outcome: 'skipped', reason: 'binary' },
      { branch: 'main', path: 'noise.txt', outcome: 'skipped', reason: 'undecodable' },
    ]);
    expect((await ledger(job)).map(({ outcome }) => outcome)).toEqual([
      'skipped',
      'skipped',
      ...written.map(() => 'indexed'),
    ]);
  });

  it('are read again when .gitattributes names the encoding of one that was no text', async () => {
    await git.write({ '.gitattributes': '*.txt working-tree-encoding=UTF-16LE\nnoise.txt -working-tree-encoding\n' });
    await git.git('add', '.gitattributes');
    await git.git('commit', '--quiet', '-m', 'attributes');
    const next = await api.synced('encodings');
    expect(next).toMatchObject({ status: 'completed', mode: 'incremental' });
    expect(await ledger(next)).toEqual([
      { branch: 'main', path: 'early.txt', outcome: 'indexed', reason: 'gitattributes', encoding: 'utf-16le' },
    ]);
    expect((await api.found('encodings', 'Wombat'))[0]).toBe('early.txt');
  });
});
