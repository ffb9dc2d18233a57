/** A call of a service, as its client made it. */
export interface CountedCall {
  /** The service and the operation, for example `s3 GetObject`. */
  readonly name: string;
  /** The object's key, where it is of one. */
  readonly key: string;
  /** Calls that were made without waiting for each other are of one round. */
  readonly round: number;
}

/** What of an SDK's client is used here. */
interface Client {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each client's middleware has types of its own
    add(middleware: any, options: { readonly step: 'initialize'; readonly name: string }): void;
  };
}

/** No call comes for so long, and none is under way: whatever comes next has waited for an answer. */
const QUIET_MILLISECONDS = 40;

/**
 * Counts the calls of SDK clients, and in how many rounds they come: calls are held until no other comes, and are then let go together. So rounds are what a search waits
 * for, one after the other, were all calls as long as each other.
 */
export const countCalls = () => {
  const calls: CountedCall[] = [];
  let round = 0;
  let underWay = 0;
  let counting = false;
  let held: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    clearTimeout(timer);
    if (underWay > 0 || held.length === 0) return;
    timer = setTimeout(() => {
      round += 1;
      const going = held;
      held = [];
      underWay += going.length;
      for (const go of going) go();
    }, QUIET_MILLISECONDS);
  };
  const pass = async <T>(name: string, key: string, act: () => Promise<T>): Promise<T> => {
    if (!counting) return act();
    await new Promise<void>((go) => {
      held.push(go);
      release();
    });
    calls.push({ name, key, round });
    try {
      return await act();
    } finally {
      underWay -= 1;
      release();
    }
  };
  return {
    pass,
    watch: (service: string, client: Client): void =>
      client.middlewareStack.add(
        (next: (args: unknown) => Promise<unknown>, { commandName }: { readonly commandName: string }) =>
          (args: { readonly input: { readonly Key?: unknown } }) => {
            const { Key } = args.input;
            const name = `${service} ${commandName.replace(/Command$/, '')}`;
            return pass(name, typeof Key === 'string' ? Key : '', () => next(args));
          },
        { step: 'initialize', name: 'countCalls' },
      ),
    /** The calls that `act` makes, and in how many rounds. */
    during: async (
      act: () => Promise<void>,
    ): Promise<{ readonly calls: readonly CountedCall[]; readonly rounds: number }> => {
      calls.length = 0;
      round = 0;
      counting = true;
      await act();
      counting = false;
      return { calls: [...calls], rounds: round };
    },
  };
};
