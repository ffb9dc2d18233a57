/** The layer rules of docs/architecture.md: lambdas, local → adapters → core; lib and bin on their own. */
const pure = 'domain|manifest|chunking';
/**
 * The rooms of core that hold use cases and objects, from the top down, in the order of CONTRIBUTING.md. A room imports rooms
 * of the lines after its own. What is below them, and each room's rules, have rules of their own.
 */
const order = ['upkeep', 'triggers', 'jobs|webhooks|search|files', 'repositories', 'sync', 'objects'];
const rooms = `${order.join('|')}|ports|contract|${pure}|workflow`;
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const node =
  '^(node:|assert|buffer|child_process|crypto|events|fs|http|https|net|os|path|process|stream|url|util|zlib|worker_threads)';

export default {
  forbidden: [
    forbid('no-circles', 'Arrows run one way.', {}, { circular: true }),
    forbid(
      'core-stays-pure',
      'core imports itself, zod, and re2js, which is pure.',
      { path: '^core' },
      { pathNot: '^core|node_modules/(zod|re2js)/' },
    ),
    forbid(
      'domain-knows-nobody',
      'core/domain imports itself only.',
      { path: '^core/domain' },
      { pathNot: '^core/domain' },
    ),
    forbid(
      'pure-rooms-stay-pure',
      'Rooms of rules import themselves and domain.',
      { path: '^core/(manifest|chunking)/' },
      { pathNot: '^core/($1|domain)/' },
    ),
    forbid(
      'rules-stay-pure',
      'core/<room>/rules imports rules: its own, and those that all share.',
      { path: '^core/([^/]+)/rules/' },
      { pathNot: `^core/($1/rules|${pure})/|node_modules/re2js/` },
    ),
    // Above the first line is nothing.
    ...[...order.entries()]
      .slice(1)
      .map(([n, line]) =>
        forbid(
          `${line.replaceAll('|', '-')}-import-downwards`,
          'In core arrows go down the list of CONTRIBUTING.md, and never to a room on the same line.',
          { path: `^core/(${line})/` },
          { path: `^core/(${order.slice(0, n + 1).join('|')})/`, pathNot: '^core/$1/' },
        ),
      ),
    forbid(
      'rooms-are-in-the-list',
      'A new room of core has its line in the list of CONTRIBUTING.md and here.',
      { path: '^core/', pathNot: `^core/(${rooms})/` },
      {},
    ),
    forbid(
      'contract-knows-no-use-case',
      'core/contract and core/ports import each other and rules, never a use case.',
      { path: '^core/(contract|ports)/' },
      { path: '^core/', pathNot: `^core/(contract|ports|${pure}|[^/]+/rules)/` },
    ),
    forbid(
      'adapters-know-core',
      'adapters import core and their SDK.',
      { path: '^adapters' },
      { path: '^(bin|operator|lib|lambdas|local|test|bench)' },
    ),
    forbid(
      'adapters-know-no-sibling',
      'One adapter never imports another; what several SDKs or processes share is in aws-sdk and system.',
      { path: '^adapters/([^/]+)/' },
      { path: '^adapters/', pathNot: '^adapters/($1|aws-sdk|system)/' },
    ),
    forbid(
      'lambdas-are-a-front-door',
      'lambdas import core and adapters.',
      { path: '^lambdas' },
      { path: '^(bin|operator|lib|local|test|bench)' },
    ),
    forbid(
      'client-stands-alone',
      'client is published by itself: it imports itself and what its own package.json names.',
      { path: '^client/src' },
      { pathNot: '^client/src|(^|/)node_modules/eventsource-parser/' },
    ),
    forbid(
      'cli-is-a-client',
      'cli speaks to the service over HTTP, by the client: it imports nothing of what runs it.',
      { path: '^cli' },
      { path: '^(bin|operator|lib|lambdas|core|adapters|local|test|bench)' },
    ),
    forbid(
      'mcp-is-a-client',
      'mcp speaks to the service over HTTP, by the client: it imports nothing of what runs it.',
      { path: '^mcp' },
      { pathNot: '^(mcp|client/src)/|node_modules/(zod|@modelcontextprotocol)/|^(node:)?(crypto|stream)$' },
    ),
    forbid(
      'console-is-a-client',
      'console speaks to the service over HTTP, by the client: it imports nothing of what runs it.',
      { path: '^console' },
      { path: '^(bin|operator|lib|lambdas|core|adapters|local|cli|test|bench)/' },
    ),
    forbid(
      'service-knows-no-client',
      'What runs the service calls none of it over HTTP, except agents’ door.',
      { path: '^(core|adapters|lambdas|lib|bin|operator)', pathNot: '^lambdas/mcp/' },
      { path: '^(client|cli|console|mcp)' },
    ),
    forbid(
      'local-is-a-front-door',
      'local loads functions by name, as Lambda does.',
      { path: '^local' },
      { path: '^(bin|operator|lib|lambdas|test|bench)' },
    ),
    forbid(
      'functions-stand-alone',
      'One folder, one function; what they share is in lambdas/handling.',
      { path: '^lambdas/([^/]+)/' },
      { path: '^lambdas/[^/]+/', pathNot: '^lambdas/($1|handling)/' },
    ),
    forbid(
      'operator-is-a-front-door',
      'operator runs steps over the ports of AWS.',
      { path: '^operator' },
      { path: '^(bin|lib|local|test|bench|lambdas/(?!ports))' },
    ),
    forbid(
      'lib-knows-the-contract',
      'lib and bin import CDK, core/contract and core/workflow.',
      { path: '^(bin|lib)' },
      { path: '^(core/(?!contract|workflow)|adapters|lambdas|local|test|bench)' },
    ),
    forbid(
      'no-dev-dependency-in-service',
      'What runs is a dependency.',
      { path: '^(core|adapters|lambdas|local|operator)' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    // jschardet is loaded at the first guess: all the rest runs without it.
    forbid(
      'resolvable',
      'Every import leads somewhere.',
      {},
      { couldNotResolve: true, pathNot: `${node}|^jschardet$` },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
