import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { administrator, type Template } from '../cloud.ts';
import { changes } from '../emulated-template.ts';
import { type Given, until } from './given.ts';

/** Holds what is changed for the emulator to what it needs. */
export const emulationScenarios = (given: Given) =>
  describe('the template that is deployed', () => {
    const cloudFormation = new CloudFormationClient(administrator);

    it('differs from the synthesised one only as it is told here, and each difference is met', () => {
      const { made, original, template } = given().template;
      const types = (resources: Template, type: string): string[] =>
        Object.keys(resources).filter((id) => resources[id].Type === type);
      expect([...made.keys()].sort()).toEqual(Object.keys(changes).sort());
      const functions = types(original.Resources, 'AWS::Lambda::Function');
      expect((made.get('runtime') ?? 0) + (made.get('image') ?? 0)).toBe(functions.length);
      const gone = Object.keys(original.Resources).filter((id) => !(id in template.Resources));
      expect(gone).toHaveLength((made.get('vectorBucket') ?? 0) + (made.get('metricMath') ?? 0));
      const changed = Object.keys(template.Resources).filter((id) => {
        const [before, after] = [original.Resources[id], template.Resources[id]].map((each) => JSON.stringify(each));
        return before !== after && !String(before).includes('VectorBucketArn');
      });
      expect(changed.sort()).toEqual(
        functions.filter((id) => !JSON.stringify(original.Resources[id]).includes('VectorBucketArn')).sort(),
      );
    });

    it.each(['AWS::S3Vectors::VectorBucket', 'AWS::CloudWatch::Alarm'])(
      'leaves out a %s that the emulator still refuses',
      async (type) => {
        const { original, template } = given().template;
        const id = Object.keys(original.Resources).find(
          (each) => original.Resources[each].Type === type && !(each in template.Resources),
        );
        const { Metadata: _, ...resource } = original.Resources[id ?? ''];
        // What it refers to is not there, and is not what is asked.
        const alone = JSON.parse(JSON.stringify(resource, (key, value) => (key === 'AlarmActions' ? [] : value)));
        const StackName = `lacking-${id}`;
        await cloudFormation.send(
          new CreateStackCommand({
            StackName,
            TemplateBody: JSON.stringify({ Resources: { alone: JSON.parse(withoutReferences(alone)) } }),
          }),
        );
        const status = await until(`${StackName} has no end`, async () => {
          const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
          const now = Stacks?.[0]?.StackStatus;
          return now?.endsWith('IN_PROGRESS') ? undefined : now;
        });
        const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
        const reasons = StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').join('\n');
        await cloudFormation.send(new DeleteStackCommand({ StackName }));
        expect({ status, reasons }).toEqual({
          status: expect.stringMatching(/^ROLLBACK|FAILED$/),
          reasons: expect.stringMatching(/not supported|[Uu]nsupported/),
        });
      },
    );
  });

/** JSON in which a name stands for whatever is referred to. */
const withoutReferences = (value: Template): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && ('Ref' in inner || 'Fn::GetAtt' in inner) ? 'somewhere' : inner,
  );
