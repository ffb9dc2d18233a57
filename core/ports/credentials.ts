import type { CredentialBounds } from '../domain/credential-bounds.ts';

/** A secret for a source, and its bounds. It is used where git runs and stands nowhere else. */
export interface Credential extends CredentialBounds {
  readonly username: string;
  readonly password: string;
}

export type FoundCredential =
  | { readonly kind: 'found'; readonly credential: Credential }
  | { readonly kind: 'absent' }
  /** Something is kept there that may not be used as it is. `reason`: for the operator; it quotes nothing of what is kept. */
  | { readonly kind: 'unusable'; readonly reason: string };

export interface Credentials {
  /**
   * What a reference stands for. Who may use it, and where, is not looked at here: see core/repositories/use-credential.ts.
   * Throws StoreBusyError when that is not known now, and SourceRefusedError when the whole store may not be read as it is.
   */
  resolve(reference: string): Promise<FoundCredential>;
}
