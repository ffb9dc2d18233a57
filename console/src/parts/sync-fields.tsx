import { Checkbox, Group, Radio, Select, Stack, TextInput } from '@mantine/core';
import { roomFor, type SyncChoice } from '../sync-choice.ts';
import { NamesInput } from './names-input.tsx';

interface SyncFieldsProps {
  readonly choice: SyncChoice;
  readonly choose: (more: Partial<SyncChoice>) => void;
  /** Whether another sync is under way. */
  readonly isRunning: boolean;
  /** Branches that are indexed. */
  readonly known: readonly string[];
  /** What is wrong with each. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Where a form of a sync says what is wrong. */
export const isPlaced = (field: string): boolean =>
  /^(branches|ignore_patterns|progress_webhook|max_files|max_cost)/.test(field);

/** All that may be chosen of a sync; what excludes each other is not shown together. */
export const SyncFields = ({ choice, choose, isRunning, known, fields }: SyncFieldsProps) => {
  const room = roomFor(choice, isRunning);
  return (
    <>
      {isRunning && (
        <Radio.Group
          label="While the other one runs"
          value={choice.meanwhile}
          onChange={(value) => choose({ meanwhile: value as SyncChoice['meanwhile'] })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="queue" label="Wait for its end, then begin" />
            <Radio value="attach" label="Join it, if it does what is asked here" />
            <Radio value="force" label="Cancel it, and begin at once" />
          </Stack>
        </Radio.Group>
      )}
      <Radio.Group
        label="What to process"
        value={choice.extent}
        onChange={(value) => choose({ extent: value as SyncChoice['extent'] })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="auto" label="What has changed, or everything where that is quicker" />
          <Radio value="incremental" label="Only what has changed" />
          <Radio value="full" label="Everything: build the index anew" />
        </Stack>
      </Radio.Group>
      {room.plan && (
        <Checkbox
          label="Only plan it: change nothing"
          checked={choice.planOnly}
          onChange={({ currentTarget: { checked } }) => choose({ planOnly: checked })}
        />
      )}
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <NamesInput
          label="Branches"
          description="Enter after each; none means the default branch"
          data={[...known]}
          value={[...choice.branches]}
          onChange={(branches) => choose({ branches })}
          error={fields.branches}
          miw={220}
        />
        {room.details && (
          <NamesInput
            label="Leave out"
            description="Patterns as in a .gitignore file, for this sync"
            value={[...choice.patterns]}
            onChange={(patterns) => choose({ patterns })}
            error={fields.ignore_patterns}
            miw={220}
          />
        )}
      </Group>
      {room.limits && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput
            label="At most so many files"
            description="It ends before it reads more; empty: no limit"
            inputMode="numeric"
            value={choice.maxFiles}
            onChange={({ currentTarget: { value } }) => choose({ maxFiles: value })}
            error={fields.max_files}
            miw={220}
          />
          <TextInput
            label="At most so many US dollars"
            description="It ends before anything is embedded that may cost more"
            inputMode="decimal"
            value={choice.maxCost}
            onChange={({ currentTarget: { value } }) => choose({ maxCost: value })}
            error={fields.max_cost}
            miw={220}
          />
        </Group>
      )}
      {room.details && (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label="The remote"
            description="Whether new commits are asked for"
            data={[
              { value: 'default', label: 'As usual for this source' },
              { value: 'yes', label: 'Ask it first' },
              { value: 'no', label: 'Do not ask it' },
            ]}
            value={choice.pull}
            onChange={(value) => choose({ pull: (value ?? 'default') as SyncChoice['pull'] })}
            allowDeselect={false}
            miw={220}
          />
          <TextInput
            label="Progress webhook"
            description="An address that gets an event every ten points"
            type="url"
            value={choice.webhook}
            onChange={({ currentTarget: { value } }) => choose({ webhook: value })}
            error={fields.progress_webhook}
            miw={220}
          />
        </Group>
      )}
    </>
  );
};
