import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { RepositorySyncStack } from '../lib/repository-sync-stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

const embedding = { model: 'cohere.embed-v4:0', dimensions: 1024 };

new RepositorySyncStack(app, 'RepositorySync-dev', {
  embedding,
  maxConcurrency: 5,
  throttling: { rate: 20, burst: 40 },
  deletionProtection: false,
});

new RepositorySyncStack(app, 'RepositorySync-prod', {
  embedding,
  maxConcurrency: 20,
  throttling: { rate: 200, burst: 400 },
  deletionProtection: true,
  terminationProtection: true,
});
