import { type Answer, forbidden, notFound } from './problems.ts';

/** Of setting and of removing a grant alike. */
export const grantAnswer = (outcome: { readonly kind: 'changed' | 'not-found' | 'forbidden' }): Answer => {
  switch (outcome.kind) {
    case 'changed':
      return { status: 204, body: null };
    case 'not-found':
      return notFound('Repository');
    case 'forbidden':
      return forbidden();
    default:
      return outcome.kind satisfies never;
  }
};
