import { createGitRepository, type GitRepository } from '../../support/git-repository.ts';
import type { Cloud } from '../cloud.ts';

/** What every scenario is given: the cloud, once it stands. */
export type Given = () => Cloud;

/** A source file whose only chunk holds its name. */
export const code = (name: string, n: number): string =>
  `export const ${name}${n} = (input: number) => input * ${n} + ${n % 7};\n`;

export const many = (count: number, name: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`src/${n % 20}/${name}-${n}.ts`, code(name, n)]));

/** A repository on the git host, registered by ann. */
export const registered = async (
  cloud: Cloud,
  id: string,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly git: GitRepository; readonly secrets: { readonly webhook: string; readonly push: string } }> => {
  const git = await createGitRepository(files);
  const answer = await cloud.ann.register(id, cloud.sourceOf(git));
  return { git, secrets: (answer as unknown as { secrets: { webhook: string; push: string } }).secrets };
};

/** Looks every half second until something is there. */
export const until = async <T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> => {
  for (const last = Date.now() + seconds * 1000; Date.now() < last; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`after ${seconds} s: ${what}`);
};
