import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

export type Scheme = 'light' | 'dark';

export interface ConsolePage {
  readonly page: Page;
  /** What the browser complained of: errors, warnings, what the page's policy refused. */
  readonly complaints: string[];
  /** Rules of accessibility that the page breaks, each with the elements; empty when there are none. */
  faults(): Promise<string[]>;
  /** Whether it is no wider than the screen. */
  fits(): Promise<boolean>;
  close(): Promise<void>;
}

/** Desktop and phone. */
export const widths = [1280, 390] as const;

/** A tab of the console. Opening `link` signs it in. */
export const openConsolePage = async (
  context: BrowserContext,
  link: string,
  { width = 1280, scheme = 'light' }: { readonly width?: number; readonly scheme?: Scheme } = {},
): Promise<ConsolePage> => {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.setViewportSize({ width, height: 900 });
  // Without movement: a page is looked at when it is at rest.
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await page.goto(link);
  return {
    page,
    complaints,
    faults: async () => {
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
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
