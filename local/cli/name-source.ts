import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

/** A source as it was typed, made ready for registration. */
export interface NamedSource {
  /** A URL as typed, or an absolute path. */
  readonly url: string;
  /** The same source has the same id at every start. */
  readonly repositoryId: string;
  /** The repository's name in words, for a sample search. */
  readonly words: string;
}

export const nameSource = (typed: string, cwd: string): NamedSource => {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : resolve(cwd, typed);
  const parts = url.split(/[/\\]/).filter((part) => part !== '' && part !== '.git');
  const name = (parts.at(-1) ?? 'repository').replace(/\.git$/, '');
  const slug =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 48) || 'repository';
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 6);
  return { url, repositoryId: `${slug}-${hash}`, words: slug.replaceAll('-', ' ') };
};
