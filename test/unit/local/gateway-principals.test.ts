import { describe, expect, it } from 'vitest';
import { type Principal, rememberPrincipals } from '../../../local/gateway/remember-principals.ts';

const MINUTE = 60_000;
const start = Date.UTC(2026, 0, 1);

/** A bearer header whose token claims to end at `end`, in milliseconds. */
const header = (end: number | null, name = 'ann'): string => {
  const claims = end === null ? { name } : { name, exp: end / 1000 };
  return `Bearer head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`;
};

const ann = { principalId: 'ann' };

const setUp = (answer: (authorization: string) => Principal | null = () => ann) => {
  const time = { now: start };
  const asked: string[] = [];
  const authorize = rememberPrincipals(
    async (authorization) => {
      asked.push(authorization);
      return answer(authorization);
    },
    () => time.now,
  );
  return { time, asked, authorize };
};

describe('who stands behind a token', () => {
  it('is asked for once a minute', async () => {
    const { time, asked, authorize } = setUp();
    const token = header(start + 10 * MINUTE);
    expect([await authorize(token), await authorize(token)]).toEqual([ann, ann]);
    expect(asked).toHaveLength(1);
    time.now += MINUTE;
    await authorize(token);
    expect(asked).toHaveLength(2);
  });

  it('is not remembered beyond the token’s end', async () => {
    const { time, asked, authorize } = setUp();
    const token = header(start + 5_000);
    await authorize(token);
    time.now += 4_999;
    await authorize(token);
    expect(asked).toHaveLength(1);
    time.now += 1;
    await authorize(token);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['does not say when it ends', header(null)],
    ['is no token that can be read', 'Bearer x.y.z'],
    ['is no token at all', 'Bearer x'],
  ])('is asked for each time when the token %s', async (_, token) => {
    const { asked, authorize } = setUp();
    await authorize(token);
    await authorize(token);
    expect(asked).toHaveLength(2);
  });

  it('is told for each token alone, and a refusal is not remembered', async () => {
    const { asked, authorize } = setUp((authorization) =>
      authorization.includes('bad') ? null : { principalId: authorization },
    );
    const one = header(start + MINUTE, 'one');
    expect(await authorize(one)).toEqual({ principalId: one });
    expect(await authorize('Bearer bad')).toBeNull();
    expect(await authorize('Bearer bad')).toBeNull();
    expect(asked).toEqual([one, 'Bearer bad', 'Bearer bad']);
  });

  it('is forgotten when there are more than a thousand, the oldest first', async () => {
    const { asked, authorize } = setUp();
    const tokens = Array.from({ length: 1_001 }, (_, n) => header(start + MINUTE, `user-${n}`));
    for (const token of tokens) await authorize(token);
    await authorize(tokens[1] ?? '');
    expect(asked).toHaveLength(1_001);
    await authorize(tokens[0] ?? '');
    expect(asked).toHaveLength(1_002);
  });
});
