import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A question, and the files that answer it: to have read one of them is enough. */
const Tasks = z.array(z.strictObject({ question: z.string().min(1), files: z.array(z.string().min(1)).min(1) })).min(1);
export type Task = z.infer<typeof Tasks>[number];

/** Throws an Error that names the file and the member, for what is no list of tasks. */
export const readTasks = async (path: string): Promise<readonly Task[]> => {
  const read = Tasks.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (read.success) return read.data;
  throw new Error(`${path}: ${z.prettifyError(read.error)}`);
};
