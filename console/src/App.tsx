import { lazy, useEffect } from 'react'
import { Center, Loader } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter'
import { setCsrfToken, setOnSignedOut } from '@/api/client'
import { SESSION, useSession } from '@/api/hooks'
import type { Me } from '@/api/types'
import { ErrorNotice, NotFound } from '@/components'
import { Frame } from '@/frame/Frame'
import { useCommon } from '@/i18n'
import { accountPath, MeProvider, useLastAccount } from '@/scope'
import { screens } from '@/screens/registry'

const Login = lazy(() => import('@/entrance/Login'))
const Setup = lazy(() => import('@/entrance/Setup'))
const Invite = lazy(() => import('@/entrance/Invite'))

export function App() {
  const session = useSession()
  const cache = useQueryClient()
  const t = useCommon()
  const me = session.data
  useEffect(() => setOnSignedOut(() => cache.setQueryData(SESSION, null)), [cache])
  if (me) setCsrfToken(me.csrf_token)
  if (session.isPending) return <Center h="100vh"><Loader size="sm" color="gray" aria-label={t.loading} /></Center>
  if (session.error) {
    return <Center h="100vh" p="lg"><ErrorNotice error={session.error} retry={() => void session.refetch()} /></Center>
  }
  return (
    <MeProvider value={me ?? null}>
      <Switch>
        <Route path="/login"><Login /></Route>
        <Route path="/setup"><Setup /></Route>
        <Route path="/invite"><Invite /></Route>
        <Route>{me ? <Inside me={me} /> : <ToLogin />}</Route>
      </Switch>
    </MeProvider>
  )
}

// To the login and, after it, back to where one wanted to be.
function ToLogin() {
  const [location] = useLocation()
  const search = useSearch()
  const wanted = location + (search && `?${search}`)
  return <Redirect replace to={wanted === '/' ? '/login' : `/login?next=${encodeURIComponent(wanted)}`} />
}

function Inside({ me }: { me: Me }) {
  return (
    <Frame>
      <Switch>
        <Route path="/"><Home me={me} /></Route>
        {screens.filter(({ area }) => area !== 'operator' || me.user.is_operator).map(({ path, component }) =>
          <Route key={path} path={path} component={component} />)}
        <Route path="/a/:account">{({ account }) => <Redirect replace to={`${accountPath(account)}/overview`} />}</Route>
        <Route path="/o"><Redirect replace to="/o/overview" /></Route>
        <Route><NotFound /></Route>
      </Switch>
    </Frame>
  )
}

function Home({ me }: { me: Me }) {
  const [last] = useLastAccount()
  const known = me.user.is_operator || me.memberships.some(({ account }) => account.name === last)
  const account = known && last ? last : me.memberships[0]?.account.name
  return <Redirect replace to={account ? `${accountPath(account)}/overview` : me.user.is_operator ? '/o/overview' : '/profile'} />
}
