// Every screen of the console: its address, where it stands in the sidebar, who sees it. The component is
// `<name>/index.tsx`, loaded when it is first visited; a name without a folder is not shown.
import { lazy, type ComponentType, type LazyExoticComponent } from 'react'
import { IconAlertTriangle, IconBox, IconBuildingBank, IconChartBar, IconClipboardList, IconFlask, IconHistory, IconHome,
  IconKey, IconPhoto, IconPlugConnected, IconSettings, IconStack2, IconUser, IconUsers, IconUsersGroup, IconWebhook,
  type Icon } from '@tabler/icons-react'
import type { Common } from '@/i18n'

export type ScreenName = keyof Common['screens']
export type Group = keyof Common['groups']

export interface Screen {
  name: ScreenName
  area: 'account' | 'operator' | 'own'
  path: string // of the router, from the console's root on
  home: string // what stands in its place in the sidebar's link, below the area
  group: Group | null // null: not in the sidebar
  icon: Icon
  managers: boolean // owners and operators only
  component: LazyExoticComponent<ComponentType>
}

const found = import.meta.glob<{ default: ComponentType }>('./*/index.tsx')
const components = new Map(Object.entries(found).map(([file, load]) => [file.split('/')[1], lazy(load)]))

type Line = [name: ScreenName, below: string, group: Group | null, icon: Icon, managers?: boolean]

const ofAccount: Line[] = [
  ['overview', '', 'build', IconHome],
  ['playground', '/*?', 'build', IconFlask],
  ['models', '/*?', 'build', IconBox],
  ['keys', '', 'build', IconKey],
  ['webhooks', '/:id?', 'build', IconWebhook],
  ['tasks', '/:id?', 'monitor', IconClipboardList],
  ['gallery', '', 'monitor', IconPhoto],
  ['usage', '', 'monitor', IconChartBar],
  ['errors', '', 'monitor', IconAlertTriangle],
  ['members', '', 'manage', IconUsersGroup],
  ['audit', '', 'manage', IconHistory, true],
]
const ofServer: Line[] = [
  ['overview', '', 'monitor', IconHome],
  ['tasks', '/:id?', 'monitor', IconClipboardList],
  ['queue', '', 'monitor', IconStack2],
  ['upstreams', '', 'monitor', IconPlugConnected],
  ['usage', '', 'monitor', IconChartBar],
  ['errors', '', 'monitor', IconAlertTriangle],
  ['accounts', '', 'manage', IconBuildingBank],
  ['users', '', 'manage', IconUsers],
  ['audit', '', 'manage', IconHistory],
  ['settings', '', 'manage', IconSettings],
]

function screensOf(area: Screen['area'], root: string, lines: Line[]): Screen[] {
  return lines.flatMap(([name, below, group, icon, managers = false]) => {
    const component = components.get(name)
    return component ? [{ name, area, path: `${root}/${name}${below}`, home: `/${name}`, group, icon, managers, component }] : []
  })
}

export const screens: Screen[] = [
  ...screensOf('account', '/a/:account', ofAccount),
  ...screensOf('operator', '/o', ofServer),
  ...screensOf('own', '', [['profile', '', null, IconUser]]),
]
