import { describe, expect, it } from 'vitest';
import { functionEnvironments } from '../../../core/contract/environment.ts';
import type { Runtime } from '../../../core/ports/runtime.ts';
import * as awsPorts from '../../../lambdas/ports.ts';
import * as localPorts from '../../../local/ports.ts';
import { composeForAws } from '../../support/aws-runtime.ts';
import { everyVariable as environment } from '../../support/every-variable.ts';

describe('the runtime on AWS', () => {
  it('builds every port from the environment that its functions get, without a call', () => {
    const runtime = composeForAws(environment);
    for (const port of Object.keys(runtime) as (keyof Runtime)[]) expect(runtime[port]).toBeDefined();
    expect(runtime.settings).toMatchObject({ sources: 'https-only', maxConcurrency: 40 });
    expect(runtime.embedder.dimensions).toBe(1024);
  });

  it('builds a port once, and only when it is asked for', () => {
    const runtime = composeForAws({ AWS_REGION: 'eu-central-1' });
    expect(runtime.clock).toBe(runtime.clock);
    expect(runtime.pathRules).toBe(runtime.pathRules);
    expect(() => runtime.objects).toThrow(/BUCKET/);
    expect(runtime.settings.maxConcurrency).toBe(1);
  });

  it('has an environment for every function', () => {
    for (const schema of Object.values(functionEnvironments)) expect(schema.safeParse(environment).success).toBe(true);
  });
});

it('has on one machine the same ports under the same names', () => {
  expect(Object.keys(localPorts).sort()).toEqual(Object.keys(awsPorts).sort());
});
