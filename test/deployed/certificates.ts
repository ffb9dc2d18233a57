import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certifiedNames } from './host-names.ts';

/** Paths of PEM files. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** An authority made for this run, and one certificate of it for every name. Nobody else trusts it. */
export const makeCertificates = (directory: string): Certificates => {
  const openssl = (...argumentsOf: readonly string[]): void => {
    execFileSync('openssl', argumentsOf, { cwd: directory, stdio: 'pipe' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...key, '-subj', '/CN=test authority', '-keyout', 'authority.key', '-out', 'authority.pem');
  openssl('req', ...key, '-subj', '/CN=test server', '-keyout', 'server.key', '-out', 'server.csr');
  const names = certifiedNames.map((name) => `DNS:${name}`).join(',');
  writeFileSync(join(directory, 'server.cnf'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
  const signed = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', 'server.cnf'];
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-days', '2', '-out', 'server.pem');
  return {
    authority: join(directory, 'authority.pem'),
    certificate: join(directory, 'server.pem'),
    key: join(directory, 'server.key'),
  };
};
