import type { z } from 'zod';
import { ObjectMissingError } from '../domain/errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** The object, parsed; null when there is none. */
export const readJson = async <T>(objects: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T | null> => {
  const text = await objects.getText(key);
  return text === null ? null : schema.parse(JSON.parse(text));
};

/** The object, parsed. Throws ObjectMissingError when there is none. */
export const needJson = async <T>(objects: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T> => {
  const value = await readJson(objects, key, schema);
  if (value === null) throw new ObjectMissingError(`no object at ${key}`);
  return value;
};
