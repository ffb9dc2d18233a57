import { describe, inject } from 'vitest';

/** A `describe` of tests that share something made on the servers: skipped with all of it where there are none. */
export const onServers = describe.skipIf('unavailable' in inject('awsServers'));
