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
  /** Leaves no room, at once: the disk is as large as what is on it. */
  shrink(): void;
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
  const bytes = (which: 'avail' | 'used'): number => {
    const args = ['--block-size=1', `--output=${which}`, path];
    const [, line = ''] = execFileSync('df', args, { encoding: 'utf8' }).split('\n');
    return Number(line);
  };
  const remount = (...options: readonly string[]): void =>
    void execFileSync('mount', ['-o', `remount,${options.join(',')}`, path], { stdio: 'pipe' });
  return {
    path,
    remount,
    fill: (leaving) => writeFileSync(join(path, filler), Buffer.alloc(Math.max(0, bytes('avail') - leaving), 1)),
    shrink: () => {
      for (let tries = 0; ; tries++) {
        try {
          // A size of 0 would mean: as large as it likes.
          return remount(`size=${Math.max(4096, bytes('used'))}`);
        } catch (error) {
          // Something was written between the two.
          if (tries === 5) throw error;
        }
      }
    },
    empty: () => rmSync(join(path, filler), { force: true }),
    unmount: () => void execFileSync('umount', ['--lazy', path]),
  };
};
