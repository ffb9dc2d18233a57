import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { everyDeployment, untriedSettings } from './every-deployment.ts';

const findings = (pack: NagPack, scope: Stack): string[] =>
  pack
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );

it('tries every setting that a stage may have', () => {
  expect(untriedSettings).toEqual([]);
});

describe.each([
  ['AwsSolutions', AwsSolutionsChecks],
  ['Serverless', ServerlessChecks],
])('cdk-nag’s %s pack', (_, Pack) => {
  it.each(everyDeployment)('finds nothing in %s', (__, { app, stack }) => {
    expect(findings(new Pack(app), stack)).toEqual([]);
  });
});

it('would find an open bucket', () => {
  const other = new Stack(new App(), 'Other');
  new Bucket(other, 'open');
  expect(findings(new AwsSolutionsChecks(other), other)).toContain('AwsSolutions-S10 at Other/open/Resource');
});

describe.each(everyDeployment)('the template of %s', (_, { resources }) => {
  /** The resources that a value names: by Ref, Fn::GetAtt, Fn::Sub, or as a dependency. */
  const named = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(named);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'Ref') return [String(inner)];
      if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0])];
      if (key === 'Fn::Sub' && typeof inner === 'string')
        return [...inner.matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, name]) => name ?? '');
      if (key === 'DependsOn') return [inner].flat().map(String);
      return named(inner);
    });
  };
  const graph = new Map(
    Object.entries(resources).map(([id, resource]) => [id, named(resource).filter((each) => each in resources)]),
  );

  it('can be ordered: nothing waits for itself, which CloudFormation refuses and synth does not see', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (id: string, path: readonly string[]): void => {
      if (path.includes(id)) circles.push([...path.slice(path.indexOf(id)), id].join(' → '));
      if (done.has(id) || path.includes(id)) return;
      for (const next of graph.get(id) ?? []) visit(next, [...path, id]);
      done.add(id);
    };
    for (const id of graph.keys()) visit(id, []);
    expect(circles).toEqual([]);
  });

  it('holds no null, which CloudFormation refuses and synth does not see', () => {
    const nulls = (value: unknown, path: string): string[] => {
      if (value === null) return [path];
      if (typeof value !== 'object') return [];
      return Object.entries(value as object).flatMap(([key, inner]) => nulls(inner, `${path}/${key}`));
    };
    expect(nulls(resources, '')).toEqual([]);
  });

  it('has at most the 500 resources that a stack may have', () => {
    expect(Object.keys(resources).length).toBeLessThanOrEqual(500);
  });
});
