import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { TroubleAlert } from './trouble.tsx';

interface ConfirmProps extends ButtonProps {
  /** Of the button that asks. */
  readonly label: string;
  readonly title: string;
  /** Of the button that does it. */
  readonly action: string;
  readonly dismiss?: string;
  readonly onConfirm: () => Promise<unknown>;
  /** What it will do. */
  readonly children: ReactNode;
}

/** A button for what cannot be taken back: it says what will happen, and asks. */
export const Confirm = ({
  label,
  title,
  action,
  dismiss = 'Keep it',
  onConfirm,
  children,
  ...button
}: ConfirmProps) => {
  const [opened, { open, close }] = useDisclosure(false);
  const doing = useMutation({ mutationFn: onConfirm, onSuccess: close });
  return (
    <>
      <Button size="xs" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Stack>
          <Text component="div">{children}</Text>
          {doing.error !== null && <TroubleAlert error={doing.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {dismiss}
            </Button>
            <Button color="red" loading={doing.isPending} onClick={() => doing.mutate()}>
              {action}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
};
