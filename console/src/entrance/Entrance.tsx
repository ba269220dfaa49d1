import { useEffect, useState, type ReactNode } from 'react'
import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { IconLockOpen } from '@tabler/icons-react'
import { Redirect, useSearch } from 'wouter'
import { useAdopt } from '@/account'
import { call, type ApiError } from '@/api/client'
import { useSession } from '@/api/hooks'
import type { Me } from '@/api/types'
import { ErrorNotice } from '@/components'
import { LanguageMenu, ThemeMenu } from '@/frame/Header'
import { Logo } from '@/frame/Logo'
import { useTexts } from '@/i18n'
import { useSignedIn } from '@/scope'
import en from './en'
import zh from './zh'
import classes from './Entrance.module.css'

export function useEntranceTexts() { return useTexts({ en, zh }) }

// The token behind the # of the address. It is taken out of the address at once, so that it stays in no history.
export function useToken() {
  const [token] = useState(() => location.hash.slice(1))
  useEffect(() => { if (location.hash) history.replaceState(history.state, '', location.pathname) }, [])
  return token
}

interface Props {
  title: string
  text?: string
  submit: string
  path: string
  body: () => unknown
  explain?: (error: ApiError) => string | undefined // instead of the server's sentence
  children: ReactNode
}

// A card with one form that ends in a session.
export function Entrance({ title, text, submit, path, body, explain, children }: Props) {
  const t = useEntranceTexts()
  const adopt = useAdopt()
  const session = useSession()
  const isKnown = useSignedIn() !== null && !!session.data
  const search = useSearch()
  const [error, setError] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  const [entered, setEntered] = useState(false)
  useEffect(() => { document.title = `${title} · darkroom` }, [title])
  const enter = async () => {
    setBusy(true)
    setError(null)
    try {
      adopt(await call<Me>('POST', path, { body: body() }))
      setEntered(true)
    } catch (reason) {
      setError(reason as ApiError)
    } finally {
      setBusy(false)
    }
  }
  // A link may be for somebody else than who is signed in; the login is for nobody who is.
  if (isKnown && (entered || path === '/login')) {
    const next = new URLSearchParams(search).get('next') ?? '/'
    return <Redirect replace to={/^\/(?!\/)/.test(next) ? next : '/'} />
  }
  const said = error && explain?.(error)
  return (
    <div className={classes.screen}>
      <Group className={classes.choices} gap={4}><LanguageMenu /><ThemeMenu /></Group>
      <main className={classes.column}>
        <Logo size={40} />
        <Title order={1} ta="center">{title}</Title>
        {text && <Text c="dimmed" ta="center">{text}</Text>}
        {!window.isSecureContext && (
          <Alert color="yellow" variant="light" icon={<IconLockOpen size={18} />} title={t.insecureTitle}>{t.insecure}</Alert>
        )}
        <Paper className={classes.card}>
          <form onSubmit={(event) => { event.preventDefault(); void enter() }}>
            <Stack>
              {children}
              {said ? <Text c="var(--mantine-color-error)" role="alert">{said}</Text> : error && <ErrorNotice error={error} />}
              <Button type="submit" fullWidth size="md" loading={busy}>{submit}</Button>
            </Stack>
          </form>
        </Paper>
      </main>
    </div>
  )
}
