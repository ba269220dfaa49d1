import { useState } from 'react'
import { Spotlight, spotlight } from '@mantine/spotlight'
import { IconBox, IconBuilding, IconClipboardList, IconSearch } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import { useGet } from '@/api/hooks'
import type { AccountRow, List, ModelCard } from '@/api/types'
import { useCommon } from '@/i18n'
import { accountPath, useLastAccount, useMe, useScope } from '@/scope'
import { screens } from '@/screens/registry'

const ENOUGH = 7

// Ctrl-K: every page, model and account by name, a task by its id or by the id of the request that made it.
export function Palette() {
  const [query, setQuery] = useState('')
  const [opened, setOpened] = useState(false)
  const t = useCommon()
  return (
    <Spotlight.Root query={query} onQueryChange={setQuery} shortcut={['mod + K']} scrollable maxHeight={420}
      onSpotlightOpen={() => setOpened(true)} onSpotlightClose={() => setOpened(false)}>
      <Spotlight.Search placeholder={t.palette.placeholder} aria-label={t.palette.placeholder}
        leftSection={<IconSearch size={18} stroke={1.6} />} />
      {opened && <Found query={query.trim()} />}
    </Spotlight.Root>
  )
}

function Found({ query }: { query: string }) {
  const t = useCommon()
  const me = useMe()
  const scope = useScope()
  const [last] = useLastAccount()
  const [, navigate] = useLocation()
  const { data: models } = useGet<List<ModelCard>>('/models', { query: { limit: 100 } })
  const { data: accounts } = useGet<List<AccountRow>>('/accounts', { query: { query } })
  const account = scope.account ?? last ?? me.memberships[0]?.account.name
  const home = account ? accountPath(account) : null
  const matches = (text: string) => text.toLowerCase().includes(query.toLowerCase())
  const go = (target: string) => () => { spotlight.close(); navigate(target) }

  const pages = screens.filter((screen) =>
    (screen.area === 'account' ? home !== null && (!screen.managers || scope.canManage) : screen.area === 'own' || me.user.is_operator) &&
    (matches(t.screens[screen.name]) || matches(screen.name)))
  const found = (models?.data ?? []).filter(({ id, name }) => query && (matches(id) || matches(name))).slice(0, ENOUGH)
  const byId = /^(task|req)_[0-9a-f-]{8,}$/i.exec(query)
  const tasks = scope.account === null && me.user.is_operator ? '/o/tasks' : home && `${home}/tasks`
  const nothing = !byId && pages.length + found.length + (accounts?.data.length ?? 0) === 0
  return (
    <Spotlight.ActionsList>
      {byId && tasks && (
        <Spotlight.ActionsGroup label={t.palette.find}>
          <Spotlight.Action leftSection={<IconClipboardList size={18} stroke={1.6} />}
            label={byId[1] === 'task' ? t.palette.openTask(query) : t.palette.findRequest(query)}
            onClick={go(byId[1] === 'task' ? `${tasks}/${query}` : `${tasks}?find=${encodeURIComponent(query)}`)} />
        </Spotlight.ActionsGroup>
      )}
      {pages.length > 0 && (
        <Spotlight.ActionsGroup label={t.palette.pages}>
          {pages.map(({ area, name, home: below, icon: Picture }) => (
            <Spotlight.Action key={area + name} label={t.screens[name]} leftSection={<Picture size={18} stroke={1.6} />}
              description={area === 'account' ? account : area === 'operator' ? t.wholeServer : undefined}
              onClick={go((area === 'account' ? home! : area === 'operator' ? '/o' : '') + below)} />
          ))}
        </Spotlight.ActionsGroup>
      )}
      {found.length > 0 && home && (
        <Spotlight.ActionsGroup label={t.palette.models}>
          {found.map(({ id, name }) => (
            <Spotlight.Action key={id} label={name} description={id} leftSection={<IconBox size={18} stroke={1.6} />}
              onClick={go(`${home}/playground/${id}`)} />
          ))}
        </Spotlight.ActionsGroup>
      )}
      {accounts && accounts.data.length > 0 && (
        <Spotlight.ActionsGroup label={t.palette.accounts}>
          {accounts.data.slice(0, ENOUGH).map(({ id, name }) => (
            <Spotlight.Action key={id} label={name} leftSection={<IconBuilding size={18} stroke={1.6} />}
              onClick={go(`${accountPath(name)}/overview`)} />
          ))}
        </Spotlight.ActionsGroup>
      )}
      {nothing && <Spotlight.Empty>{t.palette.nothing}</Spotlight.Empty>}
    </Spotlight.ActionsList>
  )
}
