import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Api, type ApiProps } from './api.ts';
import type { Embedding } from './embedding.ts';
import { Reconciler } from './reconciler.ts';
import { Storage } from './storage.ts';
import { TokenIssuer } from './token-issuer.ts';
import { Workflow } from './workflow.ts';

/** What one stage of the service may choose. */
export interface RepositorySyncStackProps extends StackProps {
  /** Whether the tables refuse to be deleted. */
  readonly deletionProtection: boolean;
  readonly embedding: Embedding;
  /** embed-batch children that one sync runs at once: the embedding model's quota is the limit, not Lambda's. */
  readonly maxConcurrency: number;
  readonly throttling: ApiProps['throttling'];
}

/** The whole service, one stage of it. */
export class RepositorySyncStack extends Stack {
  constructor(scope: Construct, id: string, props: RepositorySyncStackProps) {
    super(scope, id, props);
    const { embedding, maxConcurrency, throttling } = props;
    const storage = new Storage(this, props);
    const workflow = new Workflow(this, { storage, embedding, maxConcurrency });
    const tokens = new TokenIssuer(this);
    const api = new Api(this, { storage, workflow, embedding, tokens, throttling });
    new Reconciler(this, { storage, workflow });
    new CfnOutput(this, 'Address', { value: api.restApi.url, description: 'Where the API is.' });
  }
}
