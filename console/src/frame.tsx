import { ActionIcon, Box, Container, Group, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { BookIcon, MoonIcon, SearchIcon, SignOutIcon, SunIcon, ThreeBarsIcon } from '@primer/octicons-react';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import classes from './frame.module.css';
import { signOut } from './session/session.ts';

/** What stands around every page. */
export const Frame = ({ children }: { readonly children: ReactNode }) => {
  const queries = useQueryClient();
  const leave = (): void => {
    void signOut();
    queries.clear();
  };
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className={classes.header}>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Link href="/" className={classes.brand}>
              <img src="/icon.svg" alt="" width="24" height="24" />
              <span>Repository Sync</span>
            </Link>
            <Group gap={4} wrap="nowrap">
              <ActionIcon
                component={Link}
                href="/search"
                variant="subtle"
                color="gray"
                size="lg"
                aria-label="Search everywhere"
              >
                <SearchIcon />
              </ActionIcon>
              <SchemeSwitch />
              <Menu position="bottom-end" shadow="md" withinPortal={false}>
                <Menu.Target>
                  <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Menu">
                    <ThreeBarsIcon />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item component="a" href="/api/docs" leftSection={<BookIcon />}>
                    The API
                  </Menu.Item>
                  <Menu.Item onClick={leave} leftSection={<SignOutIcon />}>
                    Sign out
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </Group>
          </Group>
        </Container>
      </header>
      <Box component="main" id="page" tabIndex={-1} className={classes.main}>
        <Container size="lg">{children}</Container>
      </Box>
    </>
  );
};

const SchemeSwitch = () => {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Change to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
};
