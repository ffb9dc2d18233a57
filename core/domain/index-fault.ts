import { own } from './own.ts';

/**
 * What can be wrong with what the record says is indexed: the generation's index is gone; parts of it are, or it is another's; a
 * committed manifest is gone from the object store.
 */
export const indexFaults = ['index_lost', 'index_damaged', 'manifest_lost'] as const;
export type IndexFault = (typeof indexFaults)[number];

/** Why a job's mode is full. */
export const modeReasons = [
  'requested',
  'first_sync',
  'recipe_changed',
  'mostly_new',
  'imported',
  ...indexFaults,
] as const;
export type ModeReason = (typeof modeReasons)[number];

interface Recorded {
  readonly generations: Readonly<Record<string, { readonly fault?: IndexFault | undefined }>>;
}

/** What is known to be wrong with a branch's index. A generation that the record does not describe cannot be opened. */
export const faultOf = ({ generations }: Recorded, pointer: { readonly generation: number }): IndexFault | null => {
  const made = own(generations, String(pointer.generation));
  return made === undefined ? 'index_lost' : (made.fault ?? null);
};
