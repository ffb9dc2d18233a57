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
      const leftOut = ['vectorBucket', 'metricMath', 'stateMachineVersion'] as const;
      expect(gone).toHaveLength(leftOut.reduce((sum, name) => sum + (made.get(name) ?? 0), 0));
      const changed = Object.keys(template.Resources).filter((id) => {
        const [before, after] = [original.Resources[id], template.Resources[id]].map((each) => JSON.stringify(each));
        return before !== after && !String(before).includes('VectorBucketArn');
      });
      expect(changed.sort()).toEqual(
        functions.filter((id) => !JSON.stringify(original.Resources[id]).includes('VectorBucketArn')).sort(),
      );
    });

    it.each([
      'AWS::S3Vectors::VectorBucket',
      'AWS::CloudWatch::Alarm',
      'AWS::StepFunctions::StateMachineVersion',
      'AWS::StepFunctions::StateMachineAlias',
    ])('leaves out a %s that the emulator still refuses', async (type) => {
      const { original, template } = given().template;
      const id = Object.keys(original.Resources).find(
        (each) => original.Resources[each].Type === type && !(each in template.Resources),
      );
      expect(await refusalOf(original.Resources[id ?? ''])).toMatch(/Unrecognized resource types|is not supported/);
    });

    /** What the emulator says against a resource that stands alone; nothing when it takes it. */
    const refusalOf = async ({ Type, Properties }: Template): Promise<string> => {
      const StackName = 'one-resource';
      const TemplateBody = JSON.stringify({
        Resources: { alone: { Type, Properties: withoutReferences(Properties) } },
      });
      try {
        await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody }));
      } catch (error) {
        return String(error);
      }
      await until(`${StackName} has no end`, async () => {
        const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
        return Stacks?.[0]?.StackStatus?.endsWith('IN_PROGRESS') ? undefined : true;
      });
      const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
      await cloudFormation.send(new DeleteStackCommand({ StackName }));
      return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').join('\n');
    };
  });

/** A name stands for whatever is referred to. */
const withoutReferences = (value: Template): Template =>
  JSON.parse(
    JSON.stringify(value, (_, inner) =>
      typeof inner === 'object' && inner !== null && ('Ref' in inner || 'Fn::GetAtt' in inner) ? 'somewhere' : inner,
    ),
  );
