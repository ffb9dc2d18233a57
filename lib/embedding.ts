import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';
import type { Embedding } from './stages.ts';

/** The environment of functions that name or call the model. */
export const embeddingEnvironment = ({ model, dimensions }: Embedding) => ({
  EMBEDDING_MODEL: model,
  EMBEDDING_DIMENSIONS: String(dimensions),
});

/** Lets a function call the model. */
export const grantEmbedding = ({ lambda }: AppFunction, { model }: Embedding): void => {
  const { partition, region, account } = Stack.of(lambda);
  const allow = (...resources: string[]) =>
    lambda.addToRolePolicy(new PolicyStatement({ actions: ['bedrock:InvokeModel'], resources }));
  const foundation = /^(?:us|eu|apac|jp|au|ca|us-gov|global)\.(.+)$/.exec(model)?.[1];
  if (foundation === undefined) {
    allow(`arn:${partition}:bedrock:${region}::foundation-model/${model}`);
    return;
  }
  const everywhere = `arn:${partition}:bedrock:*::foundation-model/${foundation}`;
  allow(everywhere, `arn:${partition}:bedrock:${region}:${account}:inference-profile/${model}`);
  acknowledgeWildcard(
    lambda,
    everywhere,
    'An inference profile answers from whichever of its regions has room: the same one model in each.',
  );
};
