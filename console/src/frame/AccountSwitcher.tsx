import { useState } from 'react'
import { Combobox, Loader, Text, UnstyledButton, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCheck, IconSelector, IconServer2 } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import { useList } from '@/api/hooks'
import type { AccountRow } from '@/api/types'
import { useCommon } from '@/i18n'
import { accountPath, useMe, useScope } from '@/scope'
import classes from './AccountSwitcher.module.css'

const SERVER = '\n' // no account can be named so

function Letter({ name }: { name: string | null }) {
  return <span className={classes.letter} data-server={name === null || undefined} aria-hidden>
    {name === null ? <IconServer2 size={15} stroke={1.7} /> : [...name][0]?.toUpperCase()}
  </span>
}

// Which account the console shows; operators find any, and the whole server.
export function AccountSwitcher() {
  const t = useCommon()
  const me = useMe()
  const scope = useScope()
  const [location, navigate] = useLocation()
  const [search, setSearch] = useState('')
  const [query] = useDebouncedValue(search.trim(), 200)
  const combobox = useCombobox({
    onDropdownClose: () => { combobox.resetSelectedOption(); setSearch('') },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  const accounts = useList<AccountRow>('/accounts', { query: { query }, enabled: combobox.dropdownOpened })
  const choose = (account: string) => {
    combobox.closeDropdown()
    // The same screen of the other account, where it has one.
    const screen = /^\/(?:a\/[^/]+|o)\/([^/]+)/.exec(location)?.[1] ?? 'overview'
    const toServer = account === SERVER
    const fits = toServer ? ['tasks', 'usage', 'errors', 'audit'] : ['upstreams', 'queue', 'users', 'accounts', 'settings']
    const kept = fits.includes(screen) === toServer ? screen : 'overview'
    navigate(`${toServer ? '/o' : accountPath(account)}/${kept}`)
  }
  const named = scope.account ?? (location.startsWith('/o/') ? null : undefined)
  const label = named === undefined ? t.switchAccount : named ?? t.wholeServer
  return (
    <Combobox store={combobox} onOptionSubmit={choose} width="target" shadow="md" position="bottom-start">
      <Combobox.Target targetType="button">
        <UnstyledButton className={classes.button} onClick={() => combobox.toggleDropdown()}
          aria-description={t.switchAccount}>
          <Letter name={named ?? null} />
          <span className={classes.name}>{label}</span>
          <IconSelector size={15} aria-hidden className={classes.arrows} />
        </UnstyledButton>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search value={search} onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={t.findAccount} aria-label={t.findAccount} />
        <Combobox.Options mah={320} className={classes.options} aria-label={t.switchAccount}>
          {me.user.is_operator && !search && (
            <Combobox.Option value={SERVER} className={classes.option} active={named === null}>
              <Letter name={null} /><span className={classes.name}>{t.wholeServer}</span>
              {named === null && <IconCheck size={15} aria-hidden />}
            </Combobox.Option>
          )}
          {accounts.rows.map(({ id, name, role }) => (
            <Combobox.Option key={id} value={name} className={classes.option} active={name === named}>
              <Letter name={name} /><span className={classes.name}>{name}</span>
              {name === named ? <IconCheck size={15} aria-hidden /> : <Text span size="xs" c="dimmed">{t.roles[role]}</Text>}
            </Combobox.Option>
          ))}
          {accounts.isLoading && <Combobox.Empty><Loader size="xs" color="gray" aria-label={t.loading} /></Combobox.Empty>}
          {!accounts.isLoading && accounts.rows.length === 0 && <Combobox.Empty>{t.noAccount}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
