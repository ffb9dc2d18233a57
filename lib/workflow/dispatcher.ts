import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Storage } from '../storage.ts';
import { MinuteTask } from './minute-task.ts';
import type { Workflow } from './workflow.ts';

/**
 * Sends what is due in the outbox, clears what removed repositories have left, and starts the syncs that pushes and schedules asked for: as soon as an event is put, a push is
 * recorded or the job ends that was in its way (the table's stream), and each minute, for what is to be tried again, for redeliveries and for whatever the stream did not bring.
 */
export class Dispatcher extends MinuteTask {
  constructor(scope: Construct, { storage, workflow }: { readonly storage: Storage; readonly workflow: Workflow }) {
    super(scope, 'dispatcher', {
      name: 'dispatch-due',
      storage,
      workflow,
      environment: { BUCKET: storage.bucket.bucketName, VECTOR_BUCKET: storage.vectorBucketName },
    });
    // Deliveries: leased, recorded, and with a 410 the repository's list. Syncs that pushes asked for: a claim, as start-sync makes it.
    // Repositories that were removed: what delete-repository could not clear.
    storage.grant(this.task, {
      repositories: ['GetItem', 'UpdateItem'],
      syncJobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
      jobIndexes: ['due'],
      objects: ['ListBucket', 'DeleteObject'],
      vectors: ['DeleteIndex'],
    });
    workflow.grantExecutions(this.task, 'Start');
    // CDK's interfaces say `x?: T` where its classes say `T | undefined`.
    storage.onDue(this.task, new SqsDlq(this.deadLetters as IQueue));
  }
}
