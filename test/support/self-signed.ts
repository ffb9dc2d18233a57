import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key and a certificate for 127.0.0.1 that no authority has signed, as PEM texts. */
export const selfSigned = async (): Promise<{ readonly key: string; readonly cert: string }> => {
  const directory = await mkdtemp(join(tmpdir(), 'test-certificate-'));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...names, '-keyout', 'key.pem', '-out', 'certificate.pem'], {
    cwd: directory,
    stdio: 'pipe',
  });
  const [key, cert] = await Promise.all(
    ['key.pem', 'certificate.pem'].map((name) => readFile(join(directory, name), 'utf8')),
  );
  await rm(directory, { recursive: true });
  return { key: key as string, cert: cert as string };
};
