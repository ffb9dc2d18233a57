/**
 * `npm run audit`: fails when a dependency of the product has a known vulnerability, of the level moderate or above.
 * Not every registry answers this question; then nothing was checked, and that is an error unless `--where-possible` is given.
 */
import { spawnSync } from 'node:child_process';
import { commandLine } from '../../adapters/system/command-line.ts';

export type AuditOutcome =
  | { readonly outcome: 'clean' }
  | { readonly outcome: 'vulnerable'; readonly packages: readonly string[] }
  | { readonly outcome: 'not_checked'; readonly reason: string };

interface Report {
  readonly message?: string;
  readonly error?: { readonly summary?: string; readonly detail?: string };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const grave = new Set(['moderate', 'high', 'critical']);

/** What npm's own report, `npm audit --json`, says. */
export const readAudit = (json: string): AuditOutcome => {
  let report: Report;
  try {
    report = JSON.parse(json);
  } catch {
    return { outcome: 'not_checked', reason: 'npm gave no report' };
  }
  if (report.vulnerabilities === undefined) {
    const said = report.error?.summary || report.message || 'the registry answers no audit';
    return { outcome: 'not_checked', reason: said };
  }
  const packages = Object.entries(report.vulnerabilities).flatMap(([name, { severity, range }]) =>
    grave.has(severity) ? [`${name} ${range}: ${severity}`] : [],
  );
  return packages.length === 0 ? { outcome: 'clean' } : { outcome: 'vulnerable', packages };
};

if (import.meta.main) {
  const { values } = commandLine({
    usage: `npm run audit [-- --where-possible]

Asks the registry for known vulnerabilities of what is installed.

  --where-possible  lets a registry without audits pass`,
    options: { 'where-possible': { type: 'boolean' } },
  });
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
  const audit = readAudit(stdout ?? '');
  if (audit.outcome === 'clean') process.stdout.write('No known vulnerability of the level moderate or above.\n');
  if (audit.outcome === 'vulnerable') process.stderr.write(`Known vulnerabilities:\n${audit.packages.join('\n')}\n`);
  if (audit.outcome === 'not_checked') process.stderr.write(`NOT CHECKED for known vulnerabilities: ${audit.reason}\n`);
  const passes = audit.outcome === 'clean' || (audit.outcome === 'not_checked' && values['where-possible'] === true);
  process.exit(passes ? 0 : 1);
}
