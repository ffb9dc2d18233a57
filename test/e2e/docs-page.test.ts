import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../../core/contract/openapi/openapi.ts';
import { routes } from '../../core/contract/routes.ts';
import { browserMissing, browserNote, useBrowser } from '../support/browser.ts';
import { contrasts } from '../support/page-contrasts.ts';
import { useWorld } from '../support/use-world.ts';

const world = useWorld();
let page: { readonly headers: Headers; readonly html: string };
beforeAll(async () => {
  const response = await fetch(`${world.server.url}/api/docs`);
  page = { headers: response.headers, html: await response.text() };
});

describe('GET /api/openapi.json', () => {
  it('answers everybody with the document that has every route', async () => {
    const { status, headers, body } = await world.anonymous.call<OpenApiDocument>('GET', '/api/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body.openapi).toMatch(/^3\.1\./);
    for (const { path, method } of routes)
      expect(body.paths[path.replace('+}', '}')]).toHaveProperty(method.toLowerCase());
  });
});

describe('GET /api/docs', () => {
  it('is one page that may load, run and send nothing: its policy allows its own style, by hash', () => {
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page.html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(page.html).not.toMatch(/<script|\son\w+=|\sstyle=|\s(src|srcset)=|@import|url\(/i);
    const links = [...page.html.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
    expect(links.filter((href) => !href.startsWith('#')).sort()).toEqual(['data:,', 'openapi.json']);
  });

  it('has every call once, with its example, and no link within it that leads nowhere', () => {
    const ids = [...page.html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of routes) expect(ids).toContain(operation);
    for (const [, id] of page.html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
    expect(page.html.match(/curl -s /g)).toHaveLength(routes.length);
  });
});

describe.skipIf(browserMissing)(`in a browser${browserNote}`, () => {
  const browser = useBrowser();

  const open = async (width: number, colorScheme: 'light' | 'dark') => {
    const tab = await browser.context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    tab.on('request', (request) => asked.push(request.url()));
    tab.on('console', (message) => complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(error.message));
    await tab.setViewportSize({ width, height: 900 });
    await tab.emulateMedia({ colorScheme });
    await tab.goto(`${world.server.url}/api/docs`);
    return { tab, asked, complaints };
  };

  it('shows every call, asks for nothing but itself and has nothing to complain of', async () => {
    const { tab, asked, complaints } = await open(1280, 'light');
    for (const { operation, method, path } of routes) {
      const section = tab.locator(`section[aria-labelledby="${operation}"]`);
      expect(await section.isVisible(), operation).toBe(true);
      const text = await section.textContent();
      expect(text).toContain(method);
      expect(text).toContain(path.replace('+}', '}'));
    }
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([`${world.server.url}/api/docs`]);
    expect(complaints).toEqual([]);
    await tab.close();
  });

  it.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'dark'],
  ] as const)('is as wide as the screen at %i pixels, and readable: %s', async (width, scheme) => {
    const { tab } = await open(width, scheme);
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(width);
    // WCAG 2.2, AA: 4.5 to 1 for text of this size.
    const ratios = (await tab.evaluate(contrasts)) as Record<string, number>;
    for (const [selector, ratio] of Object.entries(ratios)) expect(ratio, selector).toBeGreaterThanOrEqual(4.5);
    await tab.close();
  });

  it('is walked through by keyboard: the first stop leads past the list of calls, every stop is visible', async () => {
    const { tab } = await open(1280, 'light');
    await tab.keyboard.press('Tab');
    expect(await tab.locator(':focus').textContent()).toBe('Skip to the calls');
    await tab.keyboard.press('Enter');
    await tab.keyboard.press('Tab');
    expect(await tab.locator('main :focus').count()).toBe(1);
    expect(await tab.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await tab.close();
  });
});
