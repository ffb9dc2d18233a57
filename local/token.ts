import { parseArgs } from 'node:util';
import { UserId } from '../core/contract/ids.ts';
import { localUser, readSettings } from './cli/read-settings.ts';
import { openTokenIssuer } from './token-issuer.ts';

/** `npm run -s token -- --user bob`: prints a token of the local issuer. */

process.umask(0o077);

const { values } = parseArgs({ options: { user: { type: 'string', default: localUser() } } });
const user = UserId.safeParse(values.user);
if (user.success) {
  const issuer = await openTokenIssuer(readSettings([], process.env).dataDir);
  process.stdout.write(`${await issuer.issue(user.data)}\n`);
} else {
  process.stderr.write(`--user: ${user.error.issues.map((issue) => issue.message).join('; ')}\n`);
  process.exitCode = 2;
}
