import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

export type Scheme = 'light' | 'dark';

export interface ConsolePage {
  readonly page: Page;
  /** What the browser complained of: errors, warnings, what the page's policy refused. */
  readonly complaints: string[];
  /** Looks at it in another width and colour scheme. */
  look(width: number, scheme: Scheme): Promise<void>;
  /** Rules of accessibility that the page breaks, all of them or those of colours, each with the elements; empty when there are none. */
  faults(rules?: 'all' | 'colours'): Promise<string[]>;
  /** Whether it is no wider than the screen. */
  fits(): Promise<boolean>;
  close(): Promise<void>;
}

/** A script: colours pass into each other, and on the way they are of no scheme. What turns for ever is not waited for. */
const colorsSettled = `new Promise(requestAnimationFrame).then(() => Promise.allSettled(
  document.getAnimations().filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime)).map((each) => each.finished)))
  .then(() => true)`;

/**
 * A script: intervals of the page are a quarter as long. What it shows it asks for every 1.5 s while something runs and every 10 s else, which a test
 * would only wait for.
 */
const shortIntervals = `{ const { setInterval } = window;
  window.setInterval = (call, milliseconds, ...more) => setInterval(call, milliseconds / 4, ...more); }`;

/** A tab of the console at this address, signed in with the token where there is one. */
export const openConsolePage = async (
  context: BrowserContext,
  address: string,
  {
    width = 1280,
    scheme = 'light',
    token = null,
  }: { readonly width?: number; readonly scheme?: Scheme; readonly token?: string | null } = {},
): Promise<ConsolePage> => {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.setViewportSize({ width, height: 900 });
  // Without movement: a page is looked at when it is at rest.
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.addInitScript(shortIntervals);
  if (token !== null)
    await page.addInitScript((held: string) => sessionStorage.setItem('repository-sync.token', held), token);
  await page.goto(address);
  return {
    page,
    complaints,
    look: async (wide, shown) => {
      await page.setViewportSize({ width: wide, height: 900 });
      await page.emulateMedia({ colorScheme: shown, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme='${shown}']`).waitFor({ state: 'attached' });
      await page.evaluate(colorsSettled);
    },
    faults: async (rules = 'all') => {
      if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
      const { violations } = (await page.evaluate(
        `axe.run(document, { resultTypes: ["violations"]${rules === 'all' ? '' : ', runOnly: ["color-contrast", "link-in-text-block"]'} })`,
      )) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
      );
    },
    fits: () => page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'),
    close: () => page.close(),
  };
};
