import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { plays } from './apart.ts';

const script = fileURLToPath(new URL('./apart.ts', import.meta.url));

type Plays = typeof plays;

/**
 * Plays what takes minutes in a process of its own: coverage would double its time there, and shows nothing that other tests do not. What it finds
 * comes back as JSON.
 */
export const runApart = async <Name extends keyof Plays>(
  name: Name,
  ...parameters: Parameters<Plays[Name]>
): Promise<Awaited<ReturnType<Plays[Name]>>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, name, JSON.stringify(parameters)], {
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout) as Awaited<ReturnType<Plays[Name]>>;
};
