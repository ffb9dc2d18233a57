import { describeGitSource } from '../support/git-source-contract.ts';

describeGitSource({ name: 'smart HTTP', server: {}, anyObject: true });
