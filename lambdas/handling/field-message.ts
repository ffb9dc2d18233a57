import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What zod says where a schema has no words of its own. */
const ofZod = /^(Invalid|Too (small|big))\b/;

const kinds: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
]);

/** What is allowed there, in words that need no knowledge of the schema's library. A schema's own words stay as they are. */
export const fieldMessage = (issue: Issue): string => {
  if (!ofZod.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds.get(issue.expected);
      if (kind === undefined) return issue.message;
      return issue.message.endsWith('received undefined') ? `must be given: ${kind}` : `must be ${kind}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
    case 'too_big':
      return bound(issue);
    default:
      return issue.message;
  }
};

const bound = (issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string => {
  const [limit, side] = issue.code === 'too_small' ? [issue.minimum, 'more'] : [issue.maximum, 'less'];
  const what = issue.origin === 'string' ? 'characters' : issue.origin === 'array' ? 'entries' : null;
  if (what === null) return issue.inclusive === false ? `must be ${side} than ${limit}` : `must be ${limit} or ${side}`;
  if (side === 'more' && Number(limit) === 1) return 'must not be empty';
  return `must have ${limit} ${what} or ${side === 'more' ? 'more' : 'fewer'}`;
};
