import { createGitRepository, type GitRepository } from './git-repository.ts';

/** A repository of `files` small TypeScript files, about 1 KB each, all different; made in one go by fast-import. */
export const createLargeRepository = async (files: number): Promise<GitRepository> => {
  const repository = await createGitRepository();
  const parts: string[] = ['commit refs/heads/main\ncommitter T <t@example.com> 1700000000 +0000\ndata 5\nfiles\n'];
  for (let i = 0; i < files; i++) {
    const text = largeFile(i);
    parts.push(`M 100644 inline src/part-${i % 40}/module-${i}.ts\ndata ${Buffer.byteLength(text)}\n${text}\n`);
  }
  await repository.gitWithInput(parts.join(''), 'fast-import', '--quiet');
  await repository.git('reset', '--hard', '--quiet', 'main');
  return repository;
};

const largeFile = (n: number): string =>
  Array.from(
    { length: 8 },
    (_, i) =>
      `/** Step ${i} of module ${n}. */\nexport const step${i}OfModule${n} = (input: number): number => {\n` +
      `  const scaled = input * ${n + i};\n  return scaled > ${n} ? scaled - ${i} : scaled + ${i};\n};\n`,
  ).join('\n');
