import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameSource } from '../../../local/cli/name-source.ts';
import { readSettings } from '../../../local/cli/read-settings.ts';
import { UsageError } from '../../../local/cli/start-arguments.ts';

describe('settings', () => {
  it('have defaults', () => {
    expect(readSettings([], {})).toMatchObject({
      source: null,
      once: false,
      search: null,
      dataDir: resolve('.repo-sync'),
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'warn',
    });
  });

  it('come from arguments and the environment', () => {
    const environment = {
      PORT: '0',
      DATA_DIR: '/tmp/x',
      DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000',
      LOG_LEVEL: 'info',
    };
    expect(readSettings(['a/b', '--once', '--search', 'two words'], environment)).toMatchObject({
      source: 'a/b',
      once: true,
      search: 'two words',
      dataDir: '/tmp/x',
      port: 0,
      dynamodbEndpoint: 'http://127.0.0.1:8000',
      logLevel: 'info',
    });
  });

  it('read what is named on the command line, else what is at home and here', () => {
    const here = { folders: [homedir(), process.cwd()], forAll: false };
    expect(readSettings([], {}).sourceRoots).toEqual(here);
    expect(readSettings(['https://example.com/r.git'], {}).sourceRoots).toEqual(here);
    expect(readSettings(['a/b'], {}).sourceRoots).toEqual({ folders: [resolve('a/b')], forAll: false });
    expect(readSettings(['file:///a%20b'], {}).sourceRoots).toEqual({ folders: ['/a b'], forAll: false });
  });

  it('open to everyone the folders that the operator names', () => {
    const settings = readSettings(['a/b'], { SOURCE_ROOTS: '/srv/git:/srv/more' });
    expect(settings.sourceRoots).toEqual({ folders: ['/srv/git', '/srv/more'], forAll: true });
  });

  it('name a service that embeds, or none', async () => {
    expect(readSettings([], {}).embeddings).toBeNull();
    // As compose files have what is not set.
    expect(readSettings([], { EMBEDDINGS_URL: '', EMBEDDINGS_MODEL: '', EMBEDDINGS_KEY: '' }).embeddings).toBeNull();
    const named = { EMBEDDINGS_URL: 'http://127.0.0.1:11434/v1', EMBEDDINGS_MODEL: 'nomic-embed-text' };
    expect(readSettings([], { ...named, EMBEDDINGS_DIMENSIONS: '', EMBEDDINGS_PRICE: '' }).embeddings).toEqual({
      url: 'http://127.0.0.1:11434/v1',
      model: 'nomic-embed-text',
      key: undefined,
      dimensions: undefined,
      textsPerRequest: 32,
      prefixes: { document: '', query: '' },
      usdPerMillionTokens: null,
    });
    const more = {
      EMBEDDINGS_DIMENSIONS: '256',
      EMBEDDINGS_BATCH: '8',
      EMBEDDINGS_PRICE: '0',
      EMBEDDINGS_QUERY_PREFIX: 'q: ',
    };
    expect(readSettings([], { ...named, ...more }).embeddings).toMatchObject({
      dimensions: 256,
      textsPerRequest: 8,
      usdPerMillionTokens: 0,
      prefixes: { query: 'q: ' },
    });
  });

  it('have the key of that service from the environment or a file', async () => {
    const named = { EMBEDDINGS_URL: 'https://x/v1', EMBEDDINGS_MODEL: 'm' };
    expect(readSettings([], { ...named, EMBEDDINGS_KEY: 'sk-1' }).embeddings?.key).toBe('sk-1');
    const folder = await mkdtemp(join(tmpdir(), 'key-'));
    await writeFile(join(folder, 'key'), 'sk-2\n');
    const { embeddings } = readSettings([], { ...named, EMBEDDINGS_KEY_FILE: join(folder, 'key') });
    await rm(folder, { recursive: true });
    expect(embeddings?.key).toBe('sk-2');
  });

  it.each([
    [['x', 'y'], {}, 'only one repository'],
    [['--once'], {}, 'need a repository'],
    [['--search', 'x'], {}, 'need a repository'],
    [['--unknown'], {}, 'unknown'],
    [[], { PORT: '70000' }, 'PORT'],
    [[], { PORT: 'x', DYNAMODB_ENDPOINT: 'nowhere' }, 'DYNAMODB_ENDPOINT'],
    [[], { SOURCE_ROOTS: 'srv/git' }, 'SOURCE_ROOTS: must be absolute paths'],
    [[], { QUOTA_REPOSITORIES: '-1' }, 'QUOTA_REPOSITORIES'],
    [[], { QUOTA_TOKENS_PER_DAY: 'many' }, 'QUOTA_TOKENS_PER_DAY'],
    [[], { REGISTRATION: 'no' }, 'REGISTRATION: must be anyone or granted'],
    [[], { ALLOWED_HOSTS: 'build.example,http://x' }, 'ALLOWED_HOSTS: must be host names'],
    [[], { EMBEDDINGS_URL: 'ftp://x', EMBEDDINGS_MODEL: 'm' }, 'EMBEDDINGS_URL: must be an http or https address'],
    [[], { EMBEDDINGS_URL: 'https://me:pw@x/v1', EMBEDDINGS_MODEL: 'm' }, 'without a user or password'],
    [[], { EMBEDDINGS_URL: 'https://x/v1' }, 'EMBEDDINGS_MODEL: must name the model'],
    [
      [],
      { EMBEDDINGS_MODEL: 'm' },
      'EMBEDDINGS_URL: must say where the model is, or there must be no EMBEDDINGS_MODEL',
    ],
    [
      [],
      { EMBEDDINGS_KEY_FILE: '/k', EMBEDDINGS_PRICE: '1' },
      'or there must be no EMBEDDINGS_KEY_FILE, EMBEDDINGS_PRICE',
    ],
    [
      [],
      { EMBEDDINGS_BATCH: '8' },
      'EMBEDDINGS_URL: must say where the model is, or there must be no EMBEDDINGS_BATCH',
    ],
    [
      [],
      { EMBEDDINGS_URL: 'https://x/v1', EMBEDDINGS_MODEL: 'm', EMBEDDINGS_DIMENSIONS: '0' },
      'EMBEDDINGS_DIMENSIONS',
    ],
    [
      [],
      { EMBEDDINGS_URL: 'https://x/v1', EMBEDDINGS_MODEL: 'm', EMBEDDINGS_PRICE: 'cheap' },
      'EMBEDDINGS_PRICE: must be',
    ],
    [
      [],
      { EMBEDDINGS_URL: 'https://x/v1', EMBEDDINGS_MODEL: 'm', EMBEDDINGS_KEY: 'a\nb' },
      'EMBEDDINGS_KEY: must be one',
    ],
    [
      [],
      { EMBEDDINGS_URL: 'https://x/v1', EMBEDDINGS_MODEL: 'm', EMBEDDINGS_KEY: 'a', EMBEDDINGS_KEY_FILE: '/b' },
      'EMBEDDINGS_KEY_FILE: cannot be set together',
    ],
    [
      [],
      { EMBEDDINGS_URL: 'https://x/v1', EMBEDDINGS_MODEL: 'm', EMBEDDINGS_KEY_FILE: '/nowhere' },
      'EMBEDDINGS_KEY_FILE: cannot be read (ENOENT)',
    ],
    [[], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be debug, info, warn, error or silent'],
  ])('that cannot be used are refused: %j %j', (args, environment, message) => {
    expect(() => readSettings(args, environment)).toThrow(UsageError);
    expect(() => readSettings(args, environment)).toThrow(message);
  });
});

describe('naming a source', () => {
  it.each([
    ['../shop', '/home/me/work', '/home/me/shop', 'shop'],
    ['.', '/home/me/My Project', '/home/me/My Project', 'my project'],
    ['/srv/git/tools.git/', '/', '/srv/git/tools.git', 'tools'],
    ['/srv/tools/.git', '/', '/srv/tools/.git', 'tools'],
    ['https://example.com/a/Big_Repo.git', '/', 'https://example.com/a/Big_Repo.git', 'big repo'],
    ['/', '/', '/', 'repository'],
    ['/文', '/', '/文', 'repository'],
  ])('%s from %s', (typed, cwd, url, words) => {
    const named = nameSource(typed, cwd);
    expect(named).toMatchObject({ url, words });
    expect(named.repositoryId).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
    expect(nameSource(typed, cwd)).toEqual(named);
  });

  it('gives two sources of one name two ids', () => {
    expect(nameSource('/a/x', '/').repositoryId).not.toBe(nameSource('/b/x', '/').repositoryId);
  });
});
