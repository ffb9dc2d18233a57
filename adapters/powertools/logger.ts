import { Logger as Powertools } from '@aws-lambda-powertools/logger';
import type { Logger } from '../../core/ports/logger.ts';

/**
 * The Logger port over Powertools: one JSON object a line, with the function's context where Lambda's is added to
 * `powertools`. The level comes from POWERTOOLS_LOG_LEVEL, or Lambda's own AWS_LAMBDA_LOG_LEVEL; `INFO` without both.
 */
export const createPowertoolsLogger = (powertools: Powertools = new Powertools()): Logger => ({
  debug: (message, facts = {}) => powertools.debug(message, facts),
  info: (message, facts = {}) => powertools.info(message, facts),
  warn: (message, facts = {}) => powertools.warn(message, facts),
  error: (message, facts = {}) => powertools.error(message, facts),
  with(facts) {
    const child = powertools.createChild();
    child.appendPersistentKeys(facts);
    return createPowertoolsLogger(child);
  },
});
