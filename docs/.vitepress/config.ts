import { posix } from 'node:path';
import { defineConfig, type MarkdownRenderer } from 'vitepress';

/**
 * docs as a site: `npm run docs:site`. A link to a page that is not there fails the build. Links out of docs, to the code, go to
 * REPOSITORY_URL where it is set (such as https://example.com/group/repository-sync), and are plain text where it is not.
 */
const repositoryUrl = process.env.REPOSITORY_URL?.replace(/\/+$/, '');

const leavesDocs = (page: string, href: string): string | null => {
  if (/^([a-z]+:|\/|#)/i.test(href)) return null;
  const [path = '', fragment] = href.split('#');
  const target = posix.normalize(posix.join('docs', posix.dirname(page), path));
  const isPage = target.startsWith('docs/') && target.endsWith('.md');
  return isPage ? null : `${target}${fragment === undefined ? '' : `#${fragment}`}`;
};

/** Blocks that are indented are commands; as fences they are shown as they are, braces included. */
const commandBlocks = (md: MarkdownRenderer): void => {
  md.core.ruler.push('command-blocks', ({ tokens }) => {
    for (const token of tokens) {
      if (token.type === 'code_block') Object.assign(token, { type: 'fence', tag: 'code', info: 'sh' });
    }
  });
};

/** Turns the links that leave docs into links to the repository, or into their text. */
const linksToTheCode = (md: MarkdownRenderer): void => {
  md.core.ruler.push('links-to-the-code', ({ tokens, env }) => {
    for (const { children } of tokens) {
      let isText = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const target = leavesDocs(env.relativePath, token.attrGet('href') ?? '');
          isText = target !== null && repositoryUrl === undefined;
          if (target !== null && repositoryUrl !== undefined)
            token.attrSet('href', `${repositoryUrl}/blob/main/${target}`);
        }
        if (isText && (token.type === 'link_open' || token.type === 'link_close')) {
          token.type = 'html_inline';
          token.content = '';
          token.tag = '';
        }
      }
    }
  });
};

const page = (text: string, name: string) => ({ text, link: `/${name}` });

export default defineConfig({
  title: 'Repository Sync',
  description: 'Keeps a searchable index of git repositories in step with their sources.',
  srcExclude: ['style/**', 'examples/**'],
  cleanUrls: true,
  // Pages hold no HTML: what stands in <angle brackets> is text.
  markdown: { html: false, config: (md) => md.use(linksToTheCode).use(commandBlocks) },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [page('API', 'api'), page('Command line', 'cli'), page('Deploy', 'deploy')],
    sidebar: [
      {
        text: 'Use it',
        items: [
          page('Command line', 'cli'),
          page('Console', 'console'),
          page('Agents (MCP)', 'mcp'),
          page('API', 'api'),
          page('Search', 'search'),
          page('By hand, with curl', 'manual-test'),
        ],
      },
      {
        text: 'Run it',
        items: [
          page('Deploy', 'deploy'),
          page('Metrics and traces', 'metrics'),
          page('Runbook', 'runbook'),
          page('Security', 'security'),
          page('Scaling', 'scaling'),
          page('Performance', 'performance'),
        ],
      },
      {
        text: 'How it works',
        items: [
          page('Architecture', 'architecture'),
          page('Reliability', 'reliability'),
          page('Map of the code', 'code-map'),
          page('Checks against AWS', 'aws-checks'),
          page('Decisions', 'adr/README'),
        ],
      },
    ],
  },
});
