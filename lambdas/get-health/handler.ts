import { clock, compose, index, logger, objects, repositories, versions } from '#ports';
import { checkHealth } from '../../core/upkeep/check-health.ts';

const check = checkHealth(compose({ clock, index, logger, objects, repositories, versions }));

/** Open to all: says which of its stores the service reaches, and nothing about what they hold. */
export const handler = async () => {
  const health = await check();
  return {
    statusCode: health.status === 'ok' ? 200 : 503,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(health),
  };
};
