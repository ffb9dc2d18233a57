import { describeGitSource } from './git-source.suite.ts';

describeGitSource({ name: 'a local path', anyObject: true });
