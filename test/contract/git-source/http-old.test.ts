import { describeGitSource } from './git-source.suite.ts';

describeGitSource({
  name: 'smart HTTP of an old server (protocol 0, no filters)',
  server: { filters: false, protocolVersion: 0 },
  anyObject: false,
});
