import { describe, expect, it } from 'vitest';
import { SourceUnavailableError } from '../../../core/domain/errors.ts';
import { collect } from '../../support/collect.ts';
import { useSourceLab } from './source-lab.ts';

const lab = useSourceLab();
const { gitSource, processesHere, serve } = lab;

describe('an abort', () => {
  it.each(['heads', 'open', 'blobs'] as const)('of %s leaves no process and no directory', async (call) => {
    const { url, requests } = await serve({ delayMs: 10_000 });
    const git = gitSource();
    const commit = await lab.repository.head();
    const abort = new AbortController();
    const { signal } = abort;
    const running = {
      heads: () => git.heads({ url }, { signal }),
      open: () => git.open({ url }, [{ branch: 'main', commit }], { signal }),
      blobs: () => collect(git.blobs({ url }, [commit], [commit], { signal, maxBytes: 1 })),
    }[call]();
    const settled = expect(running).rejects.toThrow('enough');
    await expect.poll(() => requests.length, { timeout: 10_000 }).toBe(1);
    expect((await processesHere()).length).toBeGreaterThan(0);

    const at = performance.now();
    abort.abort(new Error('enough'));
    await settled;

    expect(performance.now() - at).toBeLessThan(5_000);
    expect(await processesHere()).toEqual([]);
  });

  it('before the call starts nothing', async () => {
    const { url, requests } = await serve();

    await expect(gitSource().heads({ url }, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    expect(requests).toEqual([]);
  });

  it('does not wait for a lookup', async () => {
    const git = gitSource({ policy: 'https-only', lookup: () => new Promise(() => {}) });

    await expect(git.heads({ url: 'https://example.com/r' }, { signal: AbortSignal.timeout(50) })).rejects.toThrow(
      'timeout',
    );
  });

  it('ends a snapshot too', async () => {
    const abort = new AbortController();
    const commit = await lab.repository.head();
    const snapshot = await gitSource().open({ url: lab.repository.path }, [{ branch: 'main', commit }], abort);
    abort.abort(new Error('enough'));

    await expect(collect(snapshot.tree(commit))).rejects.toThrow('enough');
    await expect(snapshot.countCommits('a'.repeat(40), commit)).rejects.toThrow('enough');
    await snapshot.close();
    await snapshot.close();
  });
});

describe('a closed snapshot', () => {
  it('answers no more', async () => {
    const commit = await lab.repository.head();
    const snapshot = await gitSource().open({ url: lab.repository.path }, [{ branch: 'main', commit }]);
    await snapshot.close();

    await expect(collect(snapshot.tree(commit))).rejects.toThrow(SourceUnavailableError);
  });
});
