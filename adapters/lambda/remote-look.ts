import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type LookRemoteInput, LookRemoteOutput, unknownReport } from '../../core/contract/look-remote.ts';
import type { Logger } from '../../core/ports/logger.ts';
import type { RemoteLook } from '../../core/ports/remote-look.ts';

/** What the call and its answer take besides the look itself, when the function is warm. */
const CALL_MILLISECONDS = 60;

/**
 * {@link RemoteLook} by the function look-remote, which has git where the caller has none. A cold start, a throttle or a
 * fault means: not known in time. The pull step tells what this could not.
 */
export const createLambdaRemoteLook = (deps: {
  readonly client: LambdaClient;
  readonly functionName: string;
  readonly logger: Logger;
}): RemoteLook => ({
  async look(source, branches, remote, budgetMilliseconds) {
    const input: LookRemoteInput = {
      source,
      branches: [...branches],
      remote,
      budget_milliseconds: Math.max(1, budgetMilliseconds - CALL_MILLISECONDS),
    };
    try {
      const { Payload, FunctionError } = await deps.client.send(
        new InvokeCommand({ FunctionName: deps.functionName, Payload: JSON.stringify(input) }),
        { abortSignal: AbortSignal.timeout(budgetMilliseconds) },
      );
      // A failed function's payload may quote anything: its kind is enough, the function has logged the rest.
      if (FunctionError !== undefined) throw new Error(`the function failed: ${FunctionError}`);
      return LookRemoteOutput.parse(JSON.parse(Payload?.transformToString() ?? ''));
    } catch (error) {
      deps.logger.info('remote not looked at in time', { error: String(error) });
      return branches.map(({ branch, from }) => unknownReport(remote, branch, from));
    }
  },
});
