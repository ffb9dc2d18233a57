import { describeGitSource } from '../support/git-source-contract.ts';

describeGitSource({ name: 'smart HTTP without filters', server: { filters: false }, anyObject: true });
