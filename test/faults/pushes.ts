import { RepositoryId } from '../../core/contract/ids.ts';
import type { PushHookAnswer } from '../../core/contract/push-hooks.ts';
import type { Runtime } from '../../core/ports/runtime.ts';
import { takePush } from '../../core/triggers/push-hook.ts';
import { decidePush, type PushEvent } from '../../core/triggers/rules/push-event.ts';
import { type Players, repositoryIds } from './players.ts';

/** A delivery's answer is remembered for a day; a clock that is a little off is none of these histories. */
const REMEMBERED_MILLISECONDS = 86_400_000 - 60_000;

/** What a git host has sent, and sends again. */
interface Delivery {
  readonly id: string;
  readonly event: Extract<PushEvent, { kind: 'push' }>;
  readonly branch: string;
  /** By the age of the repository that it came to: what was to be synced, and from when on; the answer, once there was one, and when it came. */
  readonly taken: Map<string, Taken>;
}

interface Taken {
  readonly branches: readonly string[];
  readonly from: number;
  answer: { readonly given: PushHookAnswer; readonly at: number } | null;
}

type Change = (ports: Runtime) => Runtime;

/** Pushes, as a git host tells of them. */
export class Pushes {
  readonly #players: Players;
  readonly #last = new Map<number, Delivery>();
  #count = 0;

  constructor(players: Players) {
    this.#players = players;
  }

  async push(number: number, branch: string, deleted: boolean, change: Change): Promise<void> {
    const { head } = this.#players.source(number).repository;
    const event = {
      kind: 'push',
      ref: `refs/heads/${branch}`,
      deleted,
      defaultBranch: head,
      isDated: false,
    } as const;
    const delivery: Delivery = { id: `delivery-${++this.#count}`, event, branch, taken: new Map() };
    this.#last.set(number, delivery);
    await this.#deliver(number, delivery, change);
  }

  /** The last one, however it was answered. */
  async again(number: number): Promise<void> {
    const last = this.#last.get(number);
    if (last !== undefined) await this.#deliver(number, last, (ports) => ports);
  }

  async #deliver(number: number, { id, event, branch, taken }: Delivery, change: Change): Promise<void> {
    const { watch, world } = this.#players;
    await this.#players.act('push', async (given) => {
      const ports = change(given);
      const repository = await ports.repositories.get(RepositoryId.parse(repositoryIds[number]));
      if (repository === null) return;
      const before = taken.get(repository.created_at);
      const known = before?.answer ?? null;
      // A push to a branch that no one uses may tell that HEAD has moved: `current` is synced then.
      const decision = decidePush(repository, event);
      const branches = decision.kind === 'sync' ? decision.branches : [];
      const now: Taken = { branches, from: watch.now, answer: null };
      if (before === undefined && decision.kind === 'sync') taken.set(repository.created_at, now);
      watch.owed.pushMade(repository, branch);
      const answer = await takePush(ports)(repository, 'github', event, [id]);
      const at = world.simulation.now().getTime();
      if (answer.outcome !== 'started' && answer.outcome !== 'owed') return;
      const first = before ?? now;
      if (known !== null && at - known.at < REMEMBERED_MILLISECONDS) {
        if (JSON.stringify(known.given) !== JSON.stringify(answer))
          watch.say(`${id} was answered ${JSON.stringify(known.given)}, and then ${JSON.stringify(answer)}`);
        return;
      }
      first.answer ??= { given: answer, at };
      // One that was cut off before it was answered may have been recorded, and remembered, by then.
      for (const wanted of branches)
        if (first.branches.includes(wanted)) watch.owed.pushTaken(repository, wanted, first.from);
    });
  }
}
