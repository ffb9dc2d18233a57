import type { NotIndexed } from '../../core/repositories/branch-pointer.ts';
import { type Answer, problem } from './problems.ts';

/** Branches that a problem's text names. */
const NAMED_IN_TEXT = 20;

/** 404: what can be read or searched instead. */
export const notIndexed = ({ branch, asked, indexed }: NotIndexed): Answer => {
  const what =
    branch === null
      ? indexed.length === 0
        ? 'the repository has no index yet'
        : 'the source’s default branch is not known'
      : `${asked ? '' : 'the default '}branch ${branch} has no index yet`;
  const more = indexed.length - NAMED_IN_TEXT;
  const named = indexed.slice(0, NAMED_IN_TEXT).join(', ');
  const others = `, or name an indexed branch: ${named}${more > 0 ? ` and ${more} more` : ''}`;
  const detail = `${what}: sync it first${indexed.length === 0 ? '' : others}`;
  return problem(404, 'Not indexed', detail, { branch, indexed_branches: indexed });
};
