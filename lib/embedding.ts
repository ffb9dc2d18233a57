import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import type { AppFunction } from './app-function.ts';
import { type Embedding, modelOf } from './stages.ts';

/** The environment of functions that name or call the model. */
export const embeddingEnvironment = ({ model, dimensions, usdPerMillionTokens }: Embedding) => ({
  EMBEDDING_MODEL: model,
  EMBEDDING_DIMENSIONS: String(dimensions),
  EMBEDDING_PRICE: usdPerMillionTokens === undefined ? '' : String(usdPerMillionTokens),
});

/**
 * Lets a function call the model. An inference profile is called by its own ARN and answers from a model in any of its regions, or,
 * with `global.`, in one that has no region in its ARN; that model may then be called through this profile only (Bedrock guide,
 * "Prerequisites for inference profiles").
 */
export const grantEmbedding = ({ lambda }: AppFunction, { model }: Embedding): void => {
  const { partition, region, account } = Stack.of(lambda);
  const allow = (resource: string, conditions?: Record<string, unknown>) =>
    lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: [resource],
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  if (modelOf(model) === model) {
    allow(`arn:${partition}:bedrock:${region}::foundation-model/${model}`);
    return;
  }
  const profile = `arn:${partition}:bedrock:${region}:${account}:inference-profile/${model}`;
  const everywhere = `arn:${partition}:bedrock:*::foundation-model/${modelOf(model)}`;
  allow(profile);
  allow(everywhere, { StringEquals: { 'bedrock:InferenceProfileArn': profile } });
  acknowledgeWildcard(
    lambda,
    everywhere,
    'An inference profile answers from whichever of its regions has room: the same one model in each, through this profile only.',
  );
};
