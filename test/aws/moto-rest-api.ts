import { z } from 'zod';
import { motoCredential } from './moto-credential.ts';

const Resources = z.object({
  item: z.array(
    z.object({
      path: z.string(),
      resourceMethods: z
        .record(z.string(), z.object({ methodIntegration: z.object({ uri: z.string().optional() }).optional() }))
        .optional(),
    }),
  ),
});

/** What an API calls for `METHOD /path`, as API Gateway answers: this project has no client of it. */
export const integrationsOf = async (endpoint: string, restApiId: string): Promise<ReadonlyMap<string, string>> => {
  const answer = await fetch(`${endpoint}/restapis/${restApiId}/resources?embed=methods&limit=500`, {
    headers: { authorization: motoCredential('apigateway') },
  });
  const { item } = Resources.parse(await answer.json());
  return new Map(
    item.flatMap(({ path, resourceMethods = {} }) =>
      Object.entries(resourceMethods).map(([method, { methodIntegration }]) => [
        `${method} ${path}`,
        methodIntegration?.uri ?? '',
      ]),
    ),
  );
};
