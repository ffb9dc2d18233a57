import { Alert, Anchor, Text } from '@mantine/core';
import { AlertIcon } from '@primer/octicons-react';
import { Link } from 'wouter';
import { jobPage } from '../addresses.ts';
import { troubleOf } from '../service.ts';

/** An error in words, and the way to the job that is in the way. */
export const TroubleAlert = ({ error }: { readonly error: unknown }) => {
  const { title, detail, jobId } = troubleOf(error);
  return (
    <Alert color="red" variant="light" icon={<AlertIcon />} title={title} role="alert">
      <Text size="sm" className="break">
        {detail}
      </Text>
      {jobId !== null && (
        <Anchor component={Link} href={jobPage(jobId)} size="sm">
          To the sync that is running
        </Anchor>
      )}
    </Alert>
  );
};
