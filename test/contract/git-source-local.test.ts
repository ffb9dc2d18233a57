import { describeGitSource } from '../support/git-source-contract.ts';

describeGitSource({ name: 'a local path', anyObject: true });
