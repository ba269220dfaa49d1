// Who looks at what: the person signed in, the account of the address, the mode.
import { createContext, use } from 'react'
import { useLocalStorage } from '@mantine/hooks'
import { useLocation } from 'wouter'
import type { Book, Me, Role } from '@/api/types'

const MeContext = createContext<Me | null>(null)
export const MeProvider = MeContext

// Null: nobody is signed in. As the routes above know it, which hear of a change a moment later than who made it.
export function useSignedIn() { return use(MeContext) }

export function useMe(): Me {
  const me = useSignedIn()
  if (!me) throw new Error('nobody is signed in here')
  return me
}

export interface Scope {
  // As it stands in the address: the account's name (or id); null for the whole server and for one's own pages.
  account: string | null
  role: Role | 'operator' | null
  // May change keys, webhooks and members here.
  canManage: boolean
  // The API's path for this account ("/accounts/demo"), or "" for the whole server: `${scope.api}/tasks`.
  api: string
  // The console's path: `${scope.home}/tasks`.
  home: string
}

export function accountPath(account: string) { return `/a/${encodeURIComponent(account)}` }

export function scopeOf(location: string, me: Me): Scope {
  const account = /^\/a\/([^/]+)/.exec(location)?.[1]
  if (account === undefined) {
    return { account: null, role: me.user.is_operator ? 'operator' : null, canManage: me.user.is_operator, api: '', home: '/o' }
  }
  const name = decodeURIComponent(account)
  const own = me.memberships.find((one) => one.account.name === name || one.account.id === name)
  const role = me.user.is_operator ? 'operator' : own?.role ?? null
  return {
    account: name,
    role,
    canManage: role === 'operator' || role === 'owner',
    api: `/accounts/${encodeURIComponent(name)}`,
    home: accountPath(name),
  }
}

export function useScope(): Scope {
  const [location] = useLocation()
  return scopeOf(location, useMe())
}

// Test or live, one choice for all screens of this browser.
export function useBook() {
  return useLocalStorage<Book>({ key: 'darkroom-mode', defaultValue: 'test', getInitialValueInEffect: false })
}

export function useLastAccount() {
  return useLocalStorage<string | null>({ key: 'darkroom-account', defaultValue: null, getInitialValueInEffect: false })
}
