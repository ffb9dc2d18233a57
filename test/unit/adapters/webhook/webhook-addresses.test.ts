import { expect, it } from 'vitest';
import { createWebhookAddresses } from '../../../../adapters/webhook/webhook-addresses.ts';

const refusal = 'must be on the public internet, or be allowed by the operator';

it.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://0x7f000001/',
  'http://0.0.0.0/',
  'http://10.0.0.1:8080/x',
  'http://172.16.3.4/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://169.254.169.254/',
  'http://[::1]/',
  'http://[::]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[64:ff9b::10.0.0.1]/',
  'http://localhost/',
  'http://LOCALHOST:1234/',
  'http://app.localhost./',
  'http://metadata.google.internal/',
])('refuses %s, which leads inward', (url) => {
  expect(createWebhookAddresses().refuse(url)).toBe(refusal);
});

it.each(['https://hooks.example/x', 'https://8.8.8.8/', 'https://[2a00:1450:4001::1]/', 'https://localhost.example/'])(
  'has nothing against %s',
  (url) => {
    expect(createWebhookAddresses().refuse(url)).toBeNull();
  },
);

it('lets through what the operator allows, and nothing beside it', () => {
  const addresses = createWebhookAddresses(['10.0.0.0/8', 'metadata.google.internal', '127.0.0.1']);
  for (const url of [
    'http://10.9.9.9/',
    'http://metadata.google.internal/',
    'http://localhost:9/',
    'http://127.0.0.1/',
  ])
    expect(addresses.refuse(url)).toBeNull();
  for (const url of ['http://192.168.0.1/', 'http://[::1]/', 'http://127.0.0.2/'])
    expect(addresses.refuse(url), url).toBe(refusal);
});
