import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Where what could not be delivered or done is kept for 14 days, the longest that SQS keeps anything. */
export const deadLetterQueue = (scope: Construct): Queue => {
  const queue = new Queue(scope, 'dead-letters', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  Validations.of(queue).acknowledge(
    { id: 'AwsSolutions-SQS3', reason: 'It is a dead-letter queue itself.' },
    { id: 'Serverless-SQSRedrivePolicy', reason: 'It is a dead-letter queue itself.' },
  );
  return queue;
};
