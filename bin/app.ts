import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { RepositorySyncStack } from '../lib/repository-sync-stack.ts';
import { chosenStages, stages } from '../lib/stages.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

for (const [name, stage] of Object.entries(chosenStages(stages, app.node.getAllContext())))
  new RepositorySyncStack(app, `RepositorySync-${name}`, stage);
