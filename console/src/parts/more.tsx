import { Button } from '@mantine/core';

interface MoreProps {
  /** A list in pages. */
  readonly of: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
  readonly label: string;
}

/** Adds the next page to a list; nothing on the last one. */
export const More = ({ of, label }: MoreProps) =>
  of.hasNextPage && (
    <Button variant="default" onClick={() => of.fetchNextPage()} loading={of.isFetchingNextPage}>
      {label}
    </Button>
  );
