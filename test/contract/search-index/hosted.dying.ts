/** Stands in for the index's thread and breaks while calls are in flight. Started by hosted.test.ts. */
import { type MessagePort, parentPort } from 'node:worker_threads';

parentPort?.on('message', ({ port }: { port?: MessagePort }) => {
  port?.on('message', () => {
    setTimeout(() => {
      throw new Error('the thread breaks');
    }, 50);
  });
});
