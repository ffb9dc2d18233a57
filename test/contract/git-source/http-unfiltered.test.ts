import { describeGitSource } from './git-source.suite.ts';

describeGitSource({ name: 'smart HTTP without filters', server: { filters: false }, anyObject: true });
