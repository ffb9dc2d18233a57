import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { RepositorySyncStack } from '../lib/repository-sync-stack.ts';
import { DeploymentContext, settingsOf, stages } from '../lib/stages.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

const context = DeploymentContext.parse(
  Object.fromEntries(Object.keys(DeploymentContext.shape).map((name) => [name, app.node.tryGetContext(name)])),
);
for (const [name, stage] of Object.entries(stages)) {
  const settings = settingsOf(stage, context);
  new RepositorySyncStack(app, `RepositorySync-${name}`, {
    ...settings,
    terminationProtection: settings.deletionProtection,
  });
}
