import type { Logger } from '../core/ports/logger.ts';
import { writePrivately } from './token-issuer.ts';

const DAY = 86_400_000;

/** A token in a file that only its owner reads, for the commands of this machine. It is made anew each day: a service may run for longer than one is good. */
export const keepToken = async (
  file: string,
  issue: () => Promise<string>,
  logger: Pick<Logger, 'warn'>,
  everyMs = DAY,
): Promise<{ readonly token: string; readonly stop: () => void }> => {
  const write = async (): Promise<string> => {
    const token = await issue();
    await writePrivately(file, `${token}\n`);
    return token;
  };
  const token = await write();
  const timer = setInterval(() => {
    // Tried again the next day: the last one is good for weeks.
    write().catch((error) => logger.warn('token not renewed', { error: String(error) }));
  }, everyMs).unref();
  return { token, stop: () => clearInterval(timer) };
};
