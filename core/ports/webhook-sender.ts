/** One signed request to a receiver. */
export interface WebhookRequest {
  /** The same for every try: receivers tell repeats by it. */
  readonly id: string;
  readonly url: string;
  /** JSON. */
  readonly body: string;
  /** `whsec_…`: see Standard Webhooks. */
  readonly secret: string;
  readonly at: Date;
}

/** `refused`: the address may not be reached (private, loopback, link-local, metadata); trying again does not help. */
export type WebhookAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'unreachable'; readonly error: string }
  | { readonly kind: 'refused'; readonly error: string };

export interface WebhookSender {
  /** Never throws for what a receiver does; ends within 15 s. Redirects are answers, never followed. */
  send(request: WebhookRequest): Promise<WebhookAnswer>;
}
