import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const executablePath = [process.env.CHROMIUM ?? '', ...places].find((place) => place !== '' && existsSync(place));

/** Whether tests in a browser are left out: never where CI says that there must be one. */
export const browserMissing = executablePath === undefined && process.env.CI_CHROMIUM !== 'required';

/** For the name of what is left out. */
export const browserNote = browserMissing ? ' (skipped: there is no Chromium here; CHROMIUM names one)' : '';

/** Chromium with a profile of its own. */
export const launchBrowser = async (): Promise<{ context: BrowserContext; close: () => Promise<void> }> => {
  const profile = await mkdtemp(join(tmpdir(), 'test-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** The same for the tests of one file. */
export const useBrowser = (): { readonly context: BrowserContext } => {
  let launched: Awaited<ReturnType<typeof launchBrowser>> | undefined;
  beforeAll(async () => {
    launched = await launchBrowser();
  });
  afterAll(() => launched?.close());
  return {
    get context(): BrowserContext {
      if (launched === undefined) throw new Error('the browser has not been started yet');
      return launched.context;
    },
  };
};
