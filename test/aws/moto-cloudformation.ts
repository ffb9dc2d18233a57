import { motoCredential } from './moto-credential.ts';

/** A resource of a stack, as CloudFormation lists it. */
export interface StackResource {
  readonly id: string;
  readonly type: string;
  /** What `Ref` gives. */
  readonly physicalId: string;
}

/**
 * The calls that a deployment makes, of CloudFormation (in its Query protocol) and Parameter Store: this project has no
 * client of either.
 */
export const motoCloudFormation = (endpoint: string) => {
  const call = async (Action: string, parameters: Readonly<Record<string, string>>): Promise<string> => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: motoCredential('cloudformation'),
      },
      body: new URLSearchParams({ Action, Version: '2010-05-15', ...parameters }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${Action} answers ${answer.status}: ${text.slice(0, 2000)}`);
    return text;
  };
  return {
    /** What `cdk bootstrap` leaves in an account for its templates to look at. */
    async bootstrap(): Promise<void> {
      await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AmazonSSM.PutParameter',
          authorization: motoCredential('ssm'),
        },
        body: JSON.stringify({ Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' }),
      });
    },
    /** A template from S3, as `cdk deploy` does it: a larger one than 51,200 bytes goes no other way. */
    createStack: (StackName: string, TemplateURL: string) =>
      call('CreateStack', { StackName, TemplateURL, 'Capabilities.member.1': 'CAPABILITY_IAM' }),
    status: async (StackName: string) => element(await call('DescribeStacks', { StackName }), 'StackStatus'),
    async resources(StackName: string): Promise<StackResource[]> {
      const listed: StackResource[] = [];
      let NextToken: string | null = null;
      do {
        const page: string = await call('ListStackResources', {
          StackName,
          ...(NextToken === null ? {} : { NextToken }),
        });
        for (const [, member = ''] of page.matchAll(/<member>(.*?)<\/member>/gs))
          listed.push({
            id: element(member, 'LogicalResourceId') ?? '',
            type: element(member, 'ResourceType') ?? '',
            physicalId: element(member, 'PhysicalResourceId') ?? '',
          });
        NextToken = element(page, 'NextToken');
      } while (NextToken !== null);
      // moto lists what it does not know too, without a name.
      return listed.filter(({ type }) => type !== '');
    },
  };
};

/** The text of an element without children; null where there is none. */
const element = (xml: string, name: string): string | null =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? null;
