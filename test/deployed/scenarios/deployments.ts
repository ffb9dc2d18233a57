import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { administrator, type Template } from '../cloud.ts';
import { code, type Given, many, registered } from './given.ts';

/** Takes one right from the role of one function. */
const without = (path: string, action: string) => (template: Template) => {
  const policy = Object.values<Template>(template.Resources).find(
    ({ Type, Metadata }) =>
      Type === 'AWS::IAM::Policy' &&
      Metadata?.['aws:cdk:path']?.endsWith(`/${path}/Function/ServiceRole/DefaultPolicy/Resource`),
  );
  let taken = 0;
  for (const statement of policy.Properties.PolicyDocument.Statement) {
    if (!Array.isArray(statement.Action) || !statement.Action.includes(action)) continue;
    statement.Action = statement.Action.filter((each: string) => each !== action);
    taken += 1;
  }
  if (taken === 0) throw new Error(`${path} has no right to ${action}`);
};

/** The stack is deployed again and again over what it holds; in the end it goes. */
export const deploymentScenarios = (given: Given) =>
  describe('deployments', () => {
    it('a role that lacks one right fails the job cleanly, and with the right back all is as before', async () => {
      const { ann, update } = given();
      const { git } = await registered(given(), 'deployed-twice', many(5, 'keeper'));
      await ann.synced('deployed-twice');
      await git.write({ 'later.ts': code('later', 1) });
      await git.commit('later');

      await update(without('stage', 's3:PutObject'));
      const job = await ann.synced('deployed-twice');
      expect(job).toMatchObject({ status: 'failed', error: { code: expect.stringMatching(/^AccessDenied/) } });
      expect(await ann.repository('deployed-twice')).toMatchObject({ status: 'idle', active_job_id: null });
      expect((await ann.found('deployed-twice', 'keeper3'))[0]).toBe('src/3/keeper-3.ts');

      await update((template) => {
        for (const { Type, Properties } of Object.values<Template>(template.Resources))
          if (Type === 'AWS::Lambda::Function') Properties.MemorySize += 64;
      });
      expect((await ann.found('deployed-twice', 'keeper3'))[0]).toBe('src/3/keeper-3.ts');
      expect(await ann.synced('deployed-twice')).toMatchObject({
        status: 'completed',
        mode: 'incremental',
        counts: { added: 1, unchanged: 5 },
      });
    });

    it('goes, and leaves no function behind', async () => {
      await given().destroy();
      const lambda = new LambdaClient(administrator);
      const { Functions } = await lambda.send(new ListFunctionsCommand({}));
      expect(Functions).toEqual([]);
    });
  });
