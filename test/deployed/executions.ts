import { GetExecutionHistoryCommand, type HistoryEvent, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { administrator } from './cloud.ts';

/** What happened in the execution of a job, in its order. */
export const historyOf = async (stateMachineArn: string, jobId: string): Promise<readonly HistoryEvent[]> => {
  const states = new SFNClient(administrator);
  const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
  const executionArn = executions.find(({ name }) => name?.startsWith(jobId))?.executionArn;
  const { events = [] } = await states.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events;
};

/** How long each state took, in milliseconds, from its entry to its exit, in the order in which they were entered. */
export const stateTimes = (events: readonly HistoryEvent[]): readonly { state: string; milliseconds: number }[] =>
  events.flatMap(({ stateEnteredEventDetails: entered, timestamp: from }) => {
    const state = entered?.name;
    const left = events.find(({ stateExitedEventDetails }) => stateExitedEventDetails?.name === state)?.timestamp;
    return state === undefined || from === undefined || left === undefined
      ? []
      : [{ state, milliseconds: left.getTime() - from.getTime() }];
  });
