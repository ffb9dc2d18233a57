import { TagsInput, type TagsInputProps } from '@mantine/core';

/** Branches or patterns, Enter after each, as git takes them: a comma is a part of one, and two that differ in case are two. */
export const NamesInput = (props: TagsInputProps) => (
  <TagsInput splitChars={[]} isDuplicate={(name, names) => names.includes(name)} {...props} />
);
