import { ActionIcon, Avatar, Kbd, Menu, SegmentedControl, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden,
  type MantineColorScheme } from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import { IconCheck, IconDeviceDesktop, IconLanguage, IconLogout, IconMoon, IconSearch, IconSun, IconUser } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useSignOut } from '@/account'
import type { Book, Language } from '@/api/types'
import { languages, useCommon, useLanguage } from '@/i18n'
import { useBook, useMe } from '@/scope'
import classes from './Header.module.css'

export function SearchButton() {
  const t = useCommon()
  return (
    <UnstyledButton className={classes.search} onClick={spotlight.open} aria-keyshortcuts="Control+K">
      <IconSearch size={15} stroke={1.8} aria-hidden />
      <span className={classes.searchText}>{t.search}</span>
      <Kbd size="xs" className={classes.searchKeys} aria-hidden>Ctrl K</Kbd>
    </UnstyledButton>
  )
}

export function BookSwitch() {
  const t = useCommon()
  const [book, setBook] = useBook()
  return (
    <SegmentedControl size="xs" radius="md" className={classes.book} data-book={book} aria-label={t.book} value={book}
      onChange={(value) => setBook(value as Book)}
      data={[{ value: 'test', label: t.books.test }, { value: 'live', label: t.books.live }]} />
  )
}

const tick = <IconCheck size={15} aria-hidden />

export function LanguageMenu() {
  const t = useCommon()
  const { language, setLanguage } = useLanguage()
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t.language}><IconLanguage size={18} stroke={1.7} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(languages).map(([code, name]) => (
          <Menu.Item key={code} lang={code} rightSection={code === language && tick}
            onClick={() => setLanguage(code as Language)}>{name}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const themeIcons = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop }

export function ThemeMenu() {
  const t = useCommon()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Current = themeIcons[colorScheme]
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t.theme}><Current size={18} stroke={1.7} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(themeIcons) as MantineColorScheme[]).map((scheme) => {
          const Picture = themeIcons[scheme]
          return (
            <Menu.Item key={scheme} leftSection={<Picture size={16} />} rightSection={scheme === colorScheme && tick}
              onClick={() => setColorScheme(scheme)}>{t.themes[scheme]}</Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}

export function UserMenu() {
  const t = useCommon()
  const { user } = useMe()
  const signOut = useSignOut()
  return (
    <Menu width={230}>
      <Menu.Target>
        <UnstyledButton className={classes.user}>
          <VisuallyHidden>{t.userMenu}</VisuallyHidden>
          <Avatar size={28} radius="xl" name={user.name || user.email} color="ink" alt="" aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <Text fw={600} truncate>{user.name || user.email}</Text>
          {user.name && <Text size="xs" c="dimmed" truncate>{user.email}</Text>}
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/profile" leftSection={<IconUser size={16} />}>{t.screens.profile}</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>{t.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
