import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { orAborted, partOf, sleep } from '../../local/workflow-engine/abort.ts';
import { VirtualTimers } from './support/virtual-timers.ts';

const aborted = () => AbortSignal.abort(new Error('over'));

describe('partOf', () => {
  it('aborts with the parent, for the same reason', () => {
    const parent = new AbortController();
    const part = partOf(parent.signal);
    parent.abort(new Error('over'));
    expect(part.signal.reason).toEqual(new Error('over'));
  });
  it('is aborted from the beginning when the parent is', () => {
    expect(partOf(aborted()).signal.aborted).toBe(true);
  });
  it('aborts alone, and lets go of the parent when released', () => {
    const parent = new AbortController();
    const part = partOf(parent.signal);
    part.abort(new Error('mine'));
    part.release();
    expect(parent.signal.aborted).toBe(false);
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });
});

describe('orAborted', () => {
  it('rejects at once when the signal has aborted before', async () => {
    await expect(orAborted(new Promise(() => undefined), aborted())).rejects.toThrow('over');
  });
  it('settles as the work does, and lets go of the signal', async () => {
    const { signal } = new AbortController();
    expect(await orAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(orAborted(Promise.reject(new Error('bad')), signal)).rejects.toThrow('bad');
    await Promise.resolve();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('sleep', () => {
  it('leaves no timer when it is aborted', async () => {
    const timers = new VirtualTimers();
    await expect(sleep(1000, aborted(), timers)).rejects.toThrow('over');
    expect(timers.pending).toBe(0);
  });
});
