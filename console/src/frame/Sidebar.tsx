import { ActionIcon, ScrollArea, Text, UnstyledButton } from '@mantine/core'
import { IconBook2, IconExternalLink, IconX } from '@tabler/icons-react'
import { Link, useLocation } from 'wouter'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { screens, type Group } from '@/screens/registry'
import { AccountSwitcher } from './AccountSwitcher'
import { Logo } from './Logo'
import classes from './Sidebar.module.css'

const groups: Group[] = ['build', 'monitor', 'manage']

export function Sidebar({ opened, close }: { opened: boolean; close: () => void }) {
  const t = useCommon()
  const scope = useScope()
  const [location] = useLocation()
  const area = scope.account === null ? 'operator' : 'account'
  const shown = screens.filter((screen) => screen.area === area && (!screen.managers || scope.canManage))
  return (
    <>
      <div className={classes.top}>
        <Link href="/" className={classes.brand}><Logo size={22} />darkroom</Link>
        {opened && <ActionIcon hiddenFrom="sm" aria-label={t.close} onClick={close}><IconX size={18} /></ActionIcon>}
      </div>
      <div className={classes.switcher}><AccountSwitcher /></div>
      <ScrollArea className={classes.links} type="auto" scrollbarSize={6}>
        {groups.map((group) => {
          const members = scope.account === null && !scope.role ? [] : shown.filter((screen) => screen.group === group)
          return members.length > 0 && (
            <div key={group} className={classes.group} role="group" aria-label={t.groups[group]}>
              <Text className={classes.title} aria-hidden>{t.groups[group]}</Text>
              {members.map(({ name, home, icon: Picture }) => {
                const target = scope.home + home
                const active = location === target || location.startsWith(`${target}/`)
                return (
                  <UnstyledButton key={name} component={Link} href={target} className={classes.link}
                    data-active={active || undefined} aria-current={active ? 'page' : undefined} onClick={close}>
                    <Picture size={17} stroke={1.7} aria-hidden />
                    {t.screens[name]}
                  </UnstyledButton>
                )
              })}
            </div>
          )
        })}
      </ScrollArea>
      <div className={classes.bottom}>
        <a href="/docs/" target="_blank" rel="noreferrer" className={classes.link}>
          <IconBook2 size={17} stroke={1.7} aria-hidden />{t.documentation}
          <IconExternalLink size={13} className={classes.out} aria-hidden />
        </a>
      </div>
    </>
  )
}
