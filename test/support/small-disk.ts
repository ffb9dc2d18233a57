import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few megabytes. */
export interface SmallDisk {
  readonly path: string;
  /** Mounts it again: with another size, or for reading only. */
  remount(...options: readonly string[]): void;
  /** Takes what is free, but for so many bytes. */
  fill(leaving: number): void;
  /** Frees what `fill` took. */
  empty(): void;
  unmount(): void;
}

const filler = '.filler';

/** Why there can be none here; null: there can. */
export const noSmallDisk = ((): string | null => {
  const path = mkdtempSync(join(tmpdir(), 'test-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'pipe' });
    execFileSync('umount', [path], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `a tmpfs cannot be mounted: ${String((error as Error).message).split('\n')[0]}`;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
})();

export const mountSmallDisk = (path: string, size: string): SmallDisk => {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', path]);
  const free = (): number => {
    const [, line = ''] = execFileSync('df', ['--block-size=1', '--output=avail', path], { encoding: 'utf8' }).split(
      '\n',
    );
    return Number(line);
  };
  return {
    path,
    remount: (...options) => void execFileSync('mount', ['-o', `remount,${options.join(',')}`, path]),
    fill: (leaving) => writeFileSync(join(path, filler), Buffer.alloc(Math.max(0, free() - leaving), 1)),
    empty: () => rmSync(join(path, filler), { force: true }),
    unmount: () => void execFileSync('umount', ['--lazy', path]),
  };
};
