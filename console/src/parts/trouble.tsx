import { Alert, Anchor, Text } from '@mantine/core';
import { AlertIcon } from '@primer/octicons-react';
import { Link } from 'wouter';
import { jobPage } from '../addresses.ts';
import { troubleOf } from '../service.ts';
import { changesInWords } from '../sync-words.ts';
import { count, dollars } from '../words.ts';

/** An error in words, and the way to the job that is in the way. */
export const TroubleAlert = ({ error }: { readonly error: unknown }) => {
  const { title, detail, jobId, plan } = troubleOf(error);
  return (
    <Alert color="red" variant="light" icon={<AlertIcon />} title={title} role="alert">
      <Text size="sm" className="break">
        {detail}
      </Text>
      {plan !== null && (
        <Text size="sm">
          It would process: {changesInWords(plan)}; {count(plan.files_to_read, 'file')} to read
          {plan.cost_usd === null ? '' : `, at most ${dollars(plan.cost_usd)}`}.
        </Text>
      )}
      {jobId !== null && (
        <Anchor component={Link} href={jobPage(jobId)} size="sm">
          {plan === null ? 'To the sync that is running' : 'To its plan'}
        </Anchor>
      )}
    </Alert>
  );
};
