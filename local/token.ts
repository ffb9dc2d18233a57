import { commandLine } from '../adapters/system/command-line.ts';
import { UserId } from '../core/contract/ids.ts';
import { rights } from '../core/contract/rights.ts';
import { localUser, readSettings } from './cli/read-settings.ts';
import { openTokenIssuer } from './token-issuer.ts';

/**
 * `npm run -s token -- --user bob`: prints a token of the local issuer. One for the operator has every right; one for anyone else has
 * those that are named.
 */

process.umask(0o077);

const { values } = commandLine({
  usage: `npm run -s token -- [options]

  --user <name>          whose token it is; the operator's own unless given
  --may-register         they may register repositories where that is not everyone's (REGISTRATION=granted)
  --may-register-paths   they may register folders of this machine too

Prints a token of the service of DATA_DIR.`,
  options: {
    user: { type: 'string', default: localUser() },
    'may-register': { type: 'boolean', default: false },
    'may-register-paths': { type: 'boolean', default: false },
  },
});
const isOperator = values.user === localUser();
const granted = [
  ...(isOperator || values['may-register'] || values['may-register-paths'] ? [rights.register] : []),
  ...(isOperator || values['may-register-paths'] ? [rights.localSources] : []),
];
const user = UserId.safeParse(values.user);
if (user.success) {
  const issuer = await openTokenIssuer(readSettings([], process.env).dataDir);
  process.stdout.write(`${await issuer.issue(user.data, granted)}\n`);
} else {
  process.stderr.write(`--user: ${user.error.issues.map((issue) => issue.message).join('; ')}\n`);
  process.exitCode = 2;
}
