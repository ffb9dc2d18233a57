import { inVisits } from '../../support/in-visits.ts';
import { describeGitSource } from './git-source.suite.ts';

describeGitSource({ name: 'smart HTTP', server: {}, anyObject: true });
describeGitSource({ name: 'smart HTTP, in visits', server: {}, anyObject: true, asked: inVisits });
