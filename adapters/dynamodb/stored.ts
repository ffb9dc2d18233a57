import type { z } from 'zod';
import { StoredRecordError } from './errors.ts';

/** @throws StoredRecordError, naming the record and every field that is not as its schema says. */
export const parseStored = <Schema extends z.ZodType>(
  schema: Schema,
  item: unknown,
  what: string,
): z.output<Schema> => {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new StoredRecordError(`the stored ${what} is malformed: ${fields}`);
};
