import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOidcTokenVerifier } from '../../adapters/oidc/token-verifier.ts';
import { createJsonLogger } from '../../adapters/system/json-logger.ts';
import { openConsoleFiles } from '../../local/gateway/console-files.ts';
import { startGateway } from '../../local/gateway/gateway.ts';
import { loadFunction } from '../../local/load-function.ts';
import { browserMissing, browserNote } from '../support/browser.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { useConsole } from '../support/use-console.ts';

const CLIENT = 'console';

describe.skipIf(browserMissing)(`signing in to the console at a provider${browserNote}`, () => {
  let provider: OidcProvider;
  beforeAll(async () => {
    provider = await startOidcProvider();
  });
  const { world, visit } = useConsole({
    // The provider's tokens open the API, as an issuer's do on AWS; the operator's own prepare the tests.
    decorate: (runtime) => {
      const { issuer, jwks } = provider;
      const oidc = createOidcTokenVerifier({ issuer, audience: CLIENT, jwksUri: `${issuer}/jwks`, jwks });
      return {
        ...runtime,
        tokens: {
          issuer,
          verify: async (token) => (await oidc.verify(token)) ?? (await runtime.tokens.verify(token)),
        },
      };
    },
  });
  let home: string;
  beforeAll(async () => {
    const files = await openConsoleFiles(fileURLToPath(new URL('../../console/dist', import.meta.url)), {
      signIn: {
        sign_in: 'oidc',
        issuer: provider.issuer,
        client_id: CLIENT,
        scope: 'openid',
        token: 'id_token',
        parameters: {},
        sign_out_url: null,
      },
      connect: [provider.issuer],
    });
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      load: loadFunction,
      logger: createJsonLogger('silent', () => undefined),
      console: files === null ? undefined : { files, exchange: async () => null },
    });
    home = gateway.url;
    provider.serve({ id: CLIENT, home: `${home}/` });
    world.closing(() => gateway.close());
    world.closing(() => provider.close());
  });
  beforeEach(() => {
    provider.seconds = 3_600;
  });

  const consent = (page: Page) => page.getByRole('button', { name: 'Continue' }).click();
  /** Types a name at the provider, which asks for one unless its own session knows it. */
  const atProvider = async (page: Page, name: string): Promise<void> => {
    await page.waitForURL(`${provider.issuer}/interaction/**`);
    await page.getByPlaceholder('Enter any login').fill(name);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await consent(page);
  };
  const signedIn = async (name: string, path = '/') => {
    const tab = await visit(`${home}${path}`);
    await tab.page.getByRole('button', { name: 'Sign in' }).click();
    await atProvider(tab.page, name);
    await tab.page.getByRole('button', { name: 'Menu' }).waitFor();
    return tab;
  };
  const signOut = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
  };
  const confirmLeaving = async (page: Page): Promise<void> => {
    await page.waitForURL(`${provider.issuer}/**`);
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.waitForURL(`${home}/**`);
  };

  it('leads there and back to the page that was wanted, with a token that the API takes; out again in every tab', async () => {
    const way = await visit(`${home}/repositories/of-bob/settings?x=1`);
    await way.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await way.faults()).toEqual([]);
    await world.as('bob').register('of-bob', (await world.makeRepository()).path);
    await way.page.getByRole('button', { name: 'Sign in' }).click();
    await atProvider(way.page, 'bob');
    await way.page.getByRole('heading', { name: 'of-bob', exact: true }).waitFor();
    expect(way.page.url()).toBe(`${home}/repositories/of-bob/settings?x=1`);
    // What bob may not see is not there for him.
    await world.registered('of-ann', {});
    const other = await visit(`${home}/repositories/of-ann`);
    await other.page.getByText('Not found').first().waitFor();
    await signOut(way.page);
    await other.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await confirmLeaving(way.page);
    await way.page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(way.complaints).toEqual([]);
    // The provider knows bob no more either: it asks for a name again.
    await way.page.getByRole('button', { name: 'Sign in' }).click();
    await way.page.waitForURL(`${provider.issuer}/interaction/**`);
    await way.page.getByPlaceholder('Enter any login').waitFor();
  });

  it('takes a new token when the one at hand has ended, once for all tabs, and nobody notices', async () => {
    provider.seconds = 6;
    provider.grants.length = 0;
    const { page } = await signedIn('cleo');
    const other = await visit(home);
    await other.page.getByText('No repository yet').waitFor();
    provider.seconds = 3_600;
    const first = await page.evaluate<string>("sessionStorage.getItem('repository-sync.token')");
    const token = (of: Page) =>
      of.waitForFunction(
        (was: string) => {
          const now = sessionStorage.getItem('repository-sync.token');
          return now !== was && now;
        },
        first,
        { timeout: 30_000 },
      );
    const renewed = await (await token(page)).jsonValue();
    expect(await (await token(other.page)).jsonValue()).toBe(renewed);
    expect(provider.grants).toEqual(['authorization_code', 'refresh_token']);
    await page.reload();
    await page.getByText('No repository yet').waitFor();
    await signOut(page);
    await confirmLeaving(page);
  });

  it('says so when a session has ended that cannot be renewed, and leads in again', async () => {
    const { page } = await signedIn('dora');
    await page.route(`${provider.issuer}/token`, (route) => route.abort());
    await page.route('**/api/**', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"title":"Unauthorized"}' }),
    );
    await page.getByText('your session has ended').waitFor();
    await page.unroute('**/api/**');
    await page.unroute(`${provider.issuer}/token`);
    // The provider still knows dora: it asks for no name.
    await page.getByRole('button', { name: 'Sign in' }).click();
    await consent(page);
    await page.getByText('No repository yet').waitFor();
    await signOut(page);
    await confirmLeaving(page);
  });

  it('says what the provider says when it refuses, and keeps nothing of it in the address', async () => {
    const { page } = await visit(home);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${provider.issuer}/interaction/**`);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByText('the provider refuses it: End-User aborted interaction').waitFor();
    expect(page.url()).toBe(`${home}/`);
  });

  it('is done by no answer that this tab has not asked for', async () => {
    const { page } = await visit(`${home}/?code=stolen&state=unknown`);
    await page.getByText('was not begun in this tab').waitFor();
    expect(page.url()).toBe(`${home}/`);
  });

  it('is done by no link of one machine, whose code is taken out of the address all the same', async () => {
    const { page } = await visit(`${home}/#sign-in=abc`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(page.url()).toBe(`${home}/`);
  });

  it('says that the provider is away', async () => {
    const { page } = await visit(home);
    await page.route(`${provider.issuer}/**`, (route) => route.abort());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('the page to sign in cannot be reached').waitFor();
  });
});
