import { describe, expect, it } from 'vitest';
import { type AddressOptions, resolveSource } from '../../../../adapters/git/source-address.ts';
import { SourceNotFoundError, SourceRefusedError, SourceUnavailableError } from '../../../../core/domain/errors.ts';

const options = (addresses: readonly string[], more: Partial<AddressOptions> = {}): AddressOptions => ({
  policy: 'https-only',
  lookup: async () => addresses,
  resolveCredential: async () => null,
  ...more,
});

describe('a source’s address, https only', () => {
  it('is pinned to what was checked', async () => {
    const resolved = await resolveSource(
      { url: 'https://Git.Example.com/a/b.git' },
      options(['140.82.112.3', '2606:50c0:8000::153']),
    );

    expect(resolved).toEqual({
      label: 'https://git.example.com/a/b.git',
      protocol: 'https',
      path: null,
      authorized: false,
      settings: [
        ['remote.origin.url', 'https://git.example.com/a/b.git'],
        ['http.curloptResolve', 'git.example.com:443:140.82.112.3,[2606:50c0:8000::153]'],
      ],
    });
  });

  it('keeps its port', async () => {
    const resolved = await resolveSource({ url: 'https://example.com:8443/r' }, options(['8.8.8.8']));

    expect(resolved.settings).toContainEqual(['http.curloptResolve', 'example.com:8443:8.8.8.8']);
  });

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2001:0:7f00:1::',
    '2001:db8::1',
    '2002:7f00:1::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
  ])('is refused when one of its host’s addresses is %s', async (address) => {
    await expect(resolveSource({ url: 'https://example.com/r' }, options(['8.8.8.8', address]))).rejects.toThrow(
      SourceRefusedError,
    );
  });

  it.each([
    'https://127.0.0.1/r',
    'https://2130706433/r',
    'https://0x7f.1/r',
    'https://0177.0.0.1/r',
    'https://[::1]/r',
    'https://[::ffff:10.0.0.1]/r',
  ])('is refused when it is such an address itself: %s', async (url) => {
    await expect(resolveSource({ url }, options(['8.8.8.8']))).rejects.toThrow(SourceRefusedError);
  });

  it('may be a public address itself', async () => {
    const { settings } = await resolveSource({ url: 'https://[2606:50c0:8000::153]/r' }, options([]));

    expect(settings).toEqual([['remote.origin.url', 'https://[2606:50c0:8000::153]/r']]);
  });

  it.each(['http://example.com/r', 'http://127.0.0.1/r', 'file:///r', '/r'])('is nothing else: %s', async (url) => {
    await expect(resolveSource({ url }, options(['8.8.8.8']))).rejects.toThrow(SourceRefusedError);
  });

  it('may pass when its host does not resolve now, and not when it has no address', async () => {
    const failing = options([], { lookup: async () => Promise.reject(new Error('EAI_AGAIN')) });

    await expect(resolveSource({ url: 'https://example.com/r' }, failing)).rejects.toThrow(SourceUnavailableError);
    await expect(resolveSource({ url: 'https://example.com/r' }, options([]))).rejects.toThrow(SourceNotFoundError);
  });
});

describe('a source’s address, local', () => {
  const local = (addresses: readonly string[]): AddressOptions => options(addresses, { policy: 'local' });

  it('may be a private server over https', async () => {
    const resolved = await resolveSource({ url: 'https://git.corp/r' }, local(['10.0.0.1']));

    expect(resolved.settings).toContainEqual(['http.curloptResolve', 'git.corp:443:10.0.0.1']);
  });

  it.each([
    ['http://localhost:3000/r', ['127.0.0.1', '::1'], ['http.curloptResolve', 'localhost:3000:127.0.0.1,[::1]']],
    ['http://localhost/r', ['127.0.0.1'], ['http.curloptResolve', 'localhost:80:127.0.0.1']],
    ['http://127.1.2.3/r', [], ['remote.origin.url', 'http://127.1.2.3/r']],
    ['http://[::1]/r', [], ['remote.origin.url', 'http://[::1]/r']],
  ])('may be http on this machine: %s', async (url, addresses, setting) => {
    expect((await resolveSource({ url }, local(addresses))).settings).toContainEqual(setting);
  });

  it('may not be http elsewhere', async () => {
    for (const address of ['10.0.0.1', '8.8.8.8', '2606:50c0:8000::153'])
      await expect(resolveSource({ url: 'http://localhost/r' }, local([address]))).rejects.toThrow(SourceRefusedError);
  });

  it('is decoded when it is a file:// address', async () => {
    expect((await resolveSource({ url: 'file:///a%20b' }, local([]))).settings).toContainEqual([
      'remote.origin.url',
      '/a b',
    ]);
  });
});

describe('a source’s credential', () => {
  const source = { url: 'https://example.com/r', credential: { name: 'ref', user: 'ann' } };

  it('goes into a header for that address only', async () => {
    const asked: unknown[] = [];
    const known = options(['8.8.8.8'], {
      resolveCredential: async (...use) => {
        asked.push(use);
        return { username: 'u', password: 'p', users: '*', hosts: [], prefixes: [] };
      },
    });

    expect((await resolveSource(source, known)).settings).toContainEqual([
      'http.https://example.com/r.extraHeader',
      'Authorization: Basic dTpw',
    ]);
    expect(asked).toEqual([[source.credential, source.url]]);
  });

  it('is asked for by the address as git is given it', async () => {
    const asked: string[] = [];
    const known = options(['8.8.8.8'], {
      resolveCredential: async (_, address) => {
        asked.push(address);
        return null;
      },
    });
    const winding = { ...source, url: 'https://example.com/acme/../other/%2e%2e/r' };
    await expect(resolveSource(winding, known)).rejects.toThrow(SourceRefusedError);
    expect(asked).toEqual(['https://example.com/r']);
  });

  it('that may not be used, or is none, is refused with one and the same text', async () => {
    const refusal = resolveSource(source, options(['8.8.8.8']));
    await expect(refusal).rejects.toThrow(SourceRefusedError);
    await expect(refusal).rejects.toThrow('the credential ref may not be used for it by ann');
  });
});
