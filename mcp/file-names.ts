import { visibleName } from './repository-text.ts';

/** A file's or folder's name, as the API answers it: `path_bytes` where it is not UTF-8. */
interface Named {
  readonly path: string;
  readonly path_bytes?: string | undefined;
}

/** What a tool is given for a name that is not what is shown of it: its bytes, in base64. Null: what is shown is the name. */
export const bytesShown = ({ path, path_bytes }: Named): string | null =>
  path_bytes ?? (visibleName(path) === path ? null : Buffer.from(path).toString('base64'));

/** A line for each name that cannot be given back as it is shown. */
export const bytesLines = (names: readonly Named[]): readonly string[] => [
  ...new Set(
    names.flatMap((name) => {
      const bytes = bytesShown(name);
      return bytes === null ? [] : [`path_bytes of ${visibleName(name.path)}: ${bytes}`];
    }),
  ),
];

/** What a tool was given to name a file by: the name itself, or its bytes. */
export const nameOf = (path: string | undefined, path_bytes: string | undefined): string | Uint8Array => {
  if ((path === undefined) === (path_bytes === undefined))
    throw new Error('path, path_bytes: give one of them, and not both.');
  if (path !== undefined) return path;
  const bytes = Buffer.from(path_bytes ?? '', 'base64');
  if (bytes.toString('base64') !== path_bytes) throw new Error('path_bytes: must be base64, as other tools show it.');
  return Uint8Array.from(bytes);
};
