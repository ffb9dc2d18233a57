import { Stack, Text, Title } from '@mantine/core';
import type { Job, JobPlan } from '../../../client/src/client.ts';
import { changesInWords } from '../sync-words.ts';
import { count, dollars, duration, plain, sentence, spaced } from '../words.ts';
import { Facts } from './facts.tsx';

/** What a job is going to do, or would; and what it has taken so far. */
export const Plan = ({ job: { plan, used, options } }: { readonly job: Job }) => {
  if (plan === null) return null;
  const left = Object.entries(plan.skipped_by_reason)
    .map(([reason, files]) => `${plain(files)} ${spaced(reason)}`)
    .join(', ');
  return (
    <Stack gap="xs" component="section" aria-label="The plan">
      <Title order={2} size="h4">
        {options.dry_run === true ? 'What it would do' : 'What it was going to do, and has taken'}
      </Title>
      <Facts
        facts={{
          Changes: sentence(changesInWords(plan)),
          'To read': count(plan.files_to_read, 'file'),
          'To leave out': left === '' ? count(plan.skipped, 'file') : `${count(plan.skipped, 'file')} (${left})`,
          'To embed': plan.chunks_embedded === null ? null : count(plan.chunks_embedded, 'chunk'),
          'To use again': plan.chunks_reused === null ? null : count(plan.chunks_reused, 'chunk'),
          Tokens: atMost(plan, plan.tokens, plain),
          Cost: atMost(plan, plan.cost_usd, dollars),
          Time: plan.seconds === null ? null : `about ${duration(plan.seconds * 1000)}`,
          'Tokens so far': options.dry_run === true || used === null ? null : plain(used.tokens),
          'Cost so far': options.dry_run === true || used?.cost_usd == null ? null : dollars(used.cost_usd),
        }}
      />
      {plan.dropped_branches.length > 0 && (
        <Text size="sm" className="break">
          Branches that the source has deleted, and that leave the index: {plan.dropped_branches.join(', ')}
        </Text>
      )}
    </Stack>
  );
};

/** Before the texts are read, costs are known by sizes alone. */
const atMost = ({ exact }: JobPlan, value: number | null, words: (value: number) => string): string | null =>
  value === null ? null : exact ? words(value) : `at most ${words(value)}`;
