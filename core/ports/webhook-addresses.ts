/** The addresses to which a job may send its events. */
export interface WebhookAddresses {
  /**
   * Why nothing would ever be sent there, as far as the address alone tells; null when nothing speaks against it. What a
   * host name resolves to is looked at where the connection is made.
   */
  refuse(url: string): string | null;
}
