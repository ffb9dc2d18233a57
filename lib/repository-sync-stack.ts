import { Aspects, CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Api } from './api/api.ts';
import { TokenIssuer } from './api/token-issuer.ts';
import { ConsoleSite } from './console-site.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import type { StageSettings } from './stages.ts';
import { Storage } from './storage.ts';
import { Dispatcher } from './workflow/dispatcher.ts';
import { Reconciler } from './workflow/reconciler.ts';
import { Schedules } from './workflow/schedules.ts';
import { Workflow } from './workflow/workflow.ts';

/** The whole service, one stage of it. */
export class RepositorySyncStack extends Stack {
  readonly tokens: TokenIssuer;

  constructor(scope: Construct, id: string, props: StageSettings) {
    const { account, region } = props;
    super(scope, id, {
      ...(account === undefined || region === undefined ? {} : { env: { account, region } }),
      terminationProtection: props.deletionProtection,
    });
    const { embedding, maxConcurrency, reserved } = props;
    const storage = new Storage(this, props);
    const workflow = new Workflow(this, {
      storage,
      embedding,
      maxConcurrency,
      tokensPerDay: props.quotas.tokensPerDay,
      reservedConcurrency: reserved?.embedBatch,
    });
    this.tokens = new TokenIssuer(this, { oidc: props.oidc, keep: props.deletionProtection, console: props.console });
    const schedules = new Schedules(this, {
      storage,
      workflow,
      tokensPerDay: props.quotas.tokensPerDay,
      reservedConcurrency: reserved?.scheduledSync,
    });
    const api = new Api(this, { ...props, storage, workflow, schedules, tokens: this.tokens });
    if (props.console !== undefined)
      new ConsoleSite(this, { api: api.restApi, tokens: this.tokens, domain: props.console.domain });
    new Reconciler(this, { storage, workflow });
    new Dispatcher(this, { storage, workflow });
    new Monitoring(this, { api, storage, workflow, alarmEmail: props.alarmEmail });
    // One rule for all: each new function or state machine gets it too.
    Aspects.of(this).add({
      visit: (node) => {
        if (node instanceof CfnLogGroup) node.retentionInDays = props.logRetentionDays;
      },
    });
    new CfnOutput(this, 'Address', { value: api.restApi.url, description: 'Where the API is.' });
  }
}
