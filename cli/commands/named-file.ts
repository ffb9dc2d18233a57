import { InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../exit-codes.ts';

/** Options of a command that takes a file. */
export interface NamedFile {
  readonly branch?: string;
  readonly pathBytes?: string;
}

/** A shell's word is text here: what is not UTF-8 would not come in as it was typed. */
export const pathBytes = (): Option =>
  new Option('--path-bytes <base64>', 'in the place of a path, where other commands show it beside a name').argParser(
    (typed) => {
      if (/^[\w+/-]{2,}={0,2}$/.test(typed)) return typed;
      throw new InvalidArgumentError('It must be base64, as other commands show it.');
    },
  );

/** The file: as it was typed, or its bytes. */
export const namedFile = (typed: string | undefined, { pathBytes: bytes }: NamedFile): string | Uint8Array => {
  if ((typed === undefined) === (bytes === undefined))
    throw new UsageError('give the path of a file, or --path-bytes and no path');
  return typed ?? Uint8Array.from(Buffer.from(bytes ?? '', 'base64'));
};
