import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnElement } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AppFunction } from '../../lib/app-function.ts';
import { RepositorySyncStack } from '../../lib/repository-sync-stack.ts';
import type { StageSettings } from '../../lib/stages.ts';

/** A resource of a template, read as the JSON that it is. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's own JSON: what is not there fails the test that reads it
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

export interface Synthesised {
  readonly app: App;
  readonly stack: RepositorySyncStack;
  readonly resources: Readonly<Record<string, Resource>>;
  /** The container images that a deployment builds, as the CDK command is told of them. */
  readonly images: Readonly<Record<string, unknown>>;
  /** Resources of a type, by logical id. */
  ofType(type: string): [string, Resource][];
  /** The one resource of a type. */
  one(type: string): Resource;
  /** Every function, by its name. */
  readonly functions: ReadonlyMap<string, { readonly id: string; readonly properties: Resource['Properties'] }>;
  /** The statements of a function's role, without X-Ray's, with their references as `Id.Attribute`. */
  statements(name: string): { readonly actions: string[]; readonly resources: string[] }[];
}

const defaults: StageSettings = {
  embedding: { model: 'cohere.embed-v4:0', dimensions: 1024 },
  maxConcurrency: 7,
  deletionProtection: true,
  registration: 'granted',
  quotas: { repositories: 50, tokensPerDay: 1_000_000 },
  logRetentionDays: 30,
  throttling: { rate: 50, burst: 100 },
};

/** Builds the stack as bin/app.ts does, without bundling and without the validator of templates (8 s): `cdk synth` does both. */
export const synthesise = (changes: Partial<StageSettings> = {}, name = 'Sync'): Synthesised => {
  process.env.CDK_VALIDATION = 'false';
  const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
  const outdir = mkdtempSync(join(tmpdir(), 'repository-sync-infra-'));
  const app = new App({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
  const stack = new RepositorySyncStack(app, name, { ...defaults, ...changes });
  const resources: Record<string, Resource> = Template.fromStack(stack).toJSON().Resources;
  const { dockerImages: images } = JSON.parse(readFileSync(join(outdir, `${name}.assets.json`), 'utf8'));
  rmSync(outdir, { recursive: true, force: true });

  const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  const functions = new Map(
    stack.node
      .findAll()
      .filter((construct) => construct instanceof AppFunction)
      .map((construct) => {
        const id = stack.getLogicalId(construct.lambda.node.defaultChild as CfnElement);
        return [construct.name as string, { id, properties: resources[id]?.Properties }];
      }),
  );
  return {
    app,
    stack,
    resources,
    images,
    ofType,
    one(type) {
      const [[, only] = [], ...others] = ofType(type);
      if (only === undefined || others.length > 0) throw new Error(`${others.length + 1} resources of ${type}`);
      return only;
    },
    functions,
    statements(name) {
      const role = functions.get(name)?.properties.Role['Fn::GetAtt'][0];
      return ofType('AWS::IAM::Policy')
        .filter(([, { Properties }]) => Properties.Roles.some((each: { Ref: string }) => each.Ref === role))
        .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
        .map(({ Action, Resource }) => ({
          actions: [Action].flat().sort(),
          resources: [Resource].flat().map((each) => resolved(each)),
        }))
        .filter(({ actions }) => !actions.every((action: string) => action.startsWith('xray:')));
    },
  };
};

/** What CloudFormation might make of a value: references become their names, and are no more than that. */
export const resolved = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = []] = Object.entries(value as Record<string, unknown>);
  const list = argument as [never, never];
  switch (intrinsic) {
    case 'Ref':
      return String(argument);
    case 'Fn::GetAtt':
      return list.join('.');
    case 'Fn::Join':
      return (list[1] as unknown[]).map(resolved).join(list[0]);
    case 'Fn::Split':
      return resolved(list[1]);
    case 'Fn::Select':
      return `part-${list[0]}-of-${resolved(list[1])}`;
    default:
      throw new Error(`unknown: ${JSON.stringify(value)}`);
  }
};
