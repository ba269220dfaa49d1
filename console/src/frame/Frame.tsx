import { Suspense, useEffect, type ReactNode } from 'react'
import { AppShell, Burger, Center, Group, Loader } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useLocation } from 'wouter'
import { useCommon } from '@/i18n'
import { useLastAccount, useScope } from '@/scope'
import { ErrorBoundary } from './ErrorBoundary'
import { BookSwitch, LanguageMenu, SearchButton, ThemeMenu, UserMenu } from './Header'
import { Palette } from './Palette'
import { Sidebar } from './Sidebar'
import classes from './Frame.module.css'

export function Frame({ children }: { children: ReactNode }) {
  const t = useCommon()
  const [opened, { toggle, close }] = useDisclosure()
  const [location] = useLocation()
  const { account } = useScope()
  const [, setLastAccount] = useLastAccount()
  useEffect(close, [location, close])
  useEffect(() => { if (account) setLastAccount(account) }, [account, setLastAccount])
  return (
    <AppShell layout="alt" header={{ height: 52 }} navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      transitionDuration={150}>
      <a href="#content" className={classes.skip}>{t.skipToContent}</a>
      <AppShell.Header className={classes.header}>
        <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t.openNavigation} />
        <SearchButton />
        <Group gap={6} ml="auto" wrap="nowrap">
          {account !== null && <BookSwitch />}
          <LanguageMenu />
          <ThemeMenu />
          <UserMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label={t.navigation}>
        <Sidebar close={close} opened={opened} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <ErrorBoundary key={location}>
          <Suspense fallback={<Center h={320}><Loader size="sm" color="gray" aria-label={t.loading} /></Center>}>{children}</Suspense>
        </ErrorBoundary>
      </AppShell.Main>
      <Palette />
    </AppShell>
  )
}
