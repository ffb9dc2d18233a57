import { expect, it } from 'vitest';
import { readAudit } from '../../support/audit.ts';

const found = (severity: string) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities: { left: { severity, range: '<1.3.0' } } });

it('is clean when npm found nothing, or nothing above low', () => {
  expect(readAudit('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({ outcome: 'clean' });
  expect(readAudit(found('low'))).toEqual({ outcome: 'clean' });
});

it.each(['moderate', 'high', 'critical'])('names a package with a %s vulnerability', (severity) => {
  expect(readAudit(found(severity))).toEqual({ outcome: 'vulnerable', packages: [`left <1.3.0: ${severity}`] });
});

it('never takes a registry that does not answer for a clean one', () => {
  const refused = '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}';
  expect(readAudit(refused)).toEqual({ outcome: 'not_checked', reason: '405 Method Not Allowed' });
  expect(readAudit('{}')).toEqual({ outcome: 'not_checked', reason: 'the registry answers no audit' });
  expect(readAudit('')).toEqual({ outcome: 'not_checked', reason: 'npm gave no report' });
});
