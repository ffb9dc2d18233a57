import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/**
 * Where every alarm is published. Its key is the stack's own: CloudWatch may not use the one that SNS has by default (CloudWatch
 * guide, "Alarm actions: encrypted topics"). `email` gets a message with a link to confirm it.
 */
export const alarmTopic = (scope: Construct, email: string | undefined): Topic => {
  const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
  const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } };
  const key = new Key(scope, 'key', {
    description: 'Of the topic of alarms',
    enableKeyRotation: true,
    // Nothing is kept under it: a message is in flight for moments.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [cloudWatch],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions,
    }),
  );
  const topic = new Topic(scope, 'topic', { masterKey: key as IKey, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [cloudWatch],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions,
    }),
  );
  if (email !== undefined)
    Validations.of(topic.addSubscription(new EmailSubscription(email))).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'SNS tries to send a mail for six hours, and the alarm stays on in CloudWatch. A queue of lost mails would need an alarm, which tells the same address.',
    });
  return topic;
};
