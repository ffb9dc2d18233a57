import { type Answer, refusal } from './problems.ts';

/** Of setting and of removing a grant alike. */
export const grantAnswer = (outcome: { readonly kind: 'changed' | 'not-found' | 'forbidden' }): Answer => {
  switch (outcome.kind) {
    case 'changed':
      return { status: 204, body: null };
    case 'not-found':
    case 'forbidden':
      return refusal(outcome.kind, 'Repository');
    default:
      return outcome.kind satisfies never;
  }
};
