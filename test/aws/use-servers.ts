import { beforeEach, inject } from 'vitest';

/**
 * Before each file: every client of AWS that is built from the environment speaks to the servers, with made-up
 * credentials, and none can reach AWS.
 */
const servers = inject('awsServers');
const nowhere = 'http://127.0.0.1:1';
process.env.AWS_ENDPOINT_URL = 'moto' in servers ? servers.moto : nowhere;
process.env.DYNAMODB_ENDPOINT = 'dynamoDb' in servers ? servers.dynamoDb : nowhere;
process.env.AWS_REGION = 'eu-central-1';
process.env.AWS_ACCESS_KEY_ID = 'testing';
process.env.AWS_SECRET_ACCESS_KEY = 'testing';
process.env.AWS_EC2_METADATA_DISABLED = 'true';
// What functions tell of themselves is another test's matter.
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED = 'true';
delete process.env.AWS_PROFILE;
delete process.env.AWS_SESSION_TOKEN;

beforeEach(({ skip }) => {
  if ('unavailable' in servers) skip(servers.unavailable);
});
