import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { synthesise } from './synthesised.ts';

const { app, stack } = synthesise();
const findings = (pack: NagPack, scope: Stack): string[] =>
  pack
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );

describe.each([
  ['AwsSolutions', () => new AwsSolutionsChecks(app)],
  ['Serverless', () => new ServerlessChecks(app)],
])('cdk-nag’s %s pack', (_, pack) => {
  it('finds nothing in the stack', () => {
    expect(findings(pack(), stack)).toEqual([]);
  });
});

it('would find an open bucket', () => {
  const other = new Stack(new App(), 'Other');
  new Bucket(other, 'open');
  expect(findings(new AwsSolutionsChecks(other), other)).toContain('AwsSolutions-S10 at Other/open/Resource');
});
