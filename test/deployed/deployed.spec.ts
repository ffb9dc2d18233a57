import { afterAll, beforeAll } from 'vitest';
import { type Cloud, openCloud } from './cloud.ts';
import { deploymentScenarios } from './scenarios/deployments.ts';
import { emulationScenarios } from './scenarios/emulation.ts';
import { eventScenarios } from './scenarios/events.ts';
import { faultScenarios } from './scenarios/faults.ts';
import { frontDoorScenarios } from './scenarios/front-door.ts';
import { jobScenarios } from './scenarios/jobs.ts';
import { largeScenarios, storyScenarios } from './scenarios/story.ts';

let opened: Cloud | undefined;
const cloud = (): Cloud => {
  if (opened === undefined) throw new Error('the cloud does not stand');
  return opened;
};
beforeAll(async () => {
  opened = await openCloud();
});
afterAll(() => opened?.[Symbol.asyncDispose]());

// In this order: what changes the deployment comes last.
frontDoorScenarios(cloud);
eventScenarios(cloud);
storyScenarios(cloud);
jobScenarios(cloud);
faultScenarios(cloud);
largeScenarios(cloud);
emulationScenarios(cloud);
deploymentScenarios(cloud);
