import { afterEach, beforeAll } from 'vitest';
import { buildConsole } from '../../console/build.js';
import { useBrowser } from './browser.ts';
import { type ConsolePage, openConsolePage, type Scheme } from './console-page.ts';
import { type UsedWorld, useWorld, type WorldOptions } from './use-world.ts';

export interface UsedConsole {
  readonly world: UsedWorld;
  /** A tab at this address, signed in; closed after the test. */
  open(path: string, look?: { readonly width?: number; readonly scheme?: Scheme }): Promise<ConsolePage>;
  /** The same, signed in by nothing but what the address holds. */
  visit(link: string): Promise<ConsolePage>;
}

/** A service with the console, and a browser, for the tests of one file. */
export const useConsole = (options: WorldOptions = {}): UsedConsole => {
  // Before the service starts: it reads the console's files then.
  beforeAll(async () => {
    await buildConsole();
  });
  const world = useWorld(options);
  const browser = useBrowser();
  const tabs: ConsolePage[] = [];
  afterEach(async () => {
    for (const tab of tabs.splice(0)) await tab.close();
  });
  const keep = async (opening: Promise<ConsolePage>): Promise<ConsolePage> => {
    const tab = await opening;
    tabs.push(tab);
    return tab;
  };
  return {
    world,
    visit: (link) => keep(openConsolePage(browser.context, link)),
    open: (path, look = {}) =>
      keep(openConsolePage(browser.context, `${world.server.url}${path}`, { ...look, token: world.server.token })),
  };
};
