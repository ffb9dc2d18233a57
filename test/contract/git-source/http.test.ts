import { describeGitSource } from './git-source.suite.ts';

describeGitSource({ name: 'smart HTTP', server: {}, anyObject: true });
