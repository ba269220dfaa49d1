import { useMemo, useState } from 'react'
import { Badge, Button, Group, PasswordInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useAdopt } from '@/account'
import { useChange, useGet } from '@/api/hooks'
import type { Language, Me, SessionRow } from '@/api/types'
import { Ago, DataTable, ErrorNotice, Page, Section, type Column } from '@/components'
import { languages, useCommon, useLanguage } from '@/i18n'
import { useMe } from '@/scope'
import { useProfileTexts } from './texts'

export default function Profile() {
  const t = useProfileTexts()
  return (
    <Page title={t.title} description={t.description} narrow>
      <About />
      <Password />
      <Sessions />
    </Page>
  )
}

function About() {
  const t = useProfileTexts()
  const common = useCommon()
  const adopt = useAdopt()
  const { user } = useMe()
  const { setLanguage } = useLanguage()
  const save = useChange<Me>('PATCH', '/session', [])
  const [name, setName] = useState(user.name)
  const [language, setChoice] = useState<Language | null>(user.language)
  const submit = () => save.mutate({ body: { name, ...(language && { language }) } }, { onSuccess: (me) => {
    adopt(me)
    if (me.user.language) setLanguage(me.user.language)
    notifications.show({ message: common.saved })
  } })
  return (
    <Section title={t.about}>
      <form onSubmit={(event) => { event.preventDefault(); submit() }}>
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label={t.name} autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <TextInput label={t.email} value={user.email} readOnly variant="filled" />
            <Select label={t.language} placeholder={t.asBrowser} value={language} onChange={(value) => setChoice(value as Language)}
              data={Object.entries(languages).map(([value, label]) => ({ value, label }))} />
          </SimpleGrid>
          {save.error && <ErrorNotice error={save.error} />}
          <Group justify="flex-end"><Button type="submit" loading={save.isPending}>{common.save}</Button></Group>
        </Stack>
      </form>
    </Section>
  )
}

function Password() {
  const t = useProfileTexts()
  const adopt = useAdopt()
  const change = useChange<Me>('PATCH', '/session', ['/sessions'])
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const submit = () => change.mutate({ body: { password: { current, new: next } } }, { onSuccess: (me) => {
    adopt(me)
    setCurrent('')
    setNext('')
    notifications.show({ message: t.changed })
  } })
  return (
    <Section title={t.password} description={t.passwordText}>
      <form onSubmit={(event) => { event.preventDefault(); submit() }}>
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <PasswordInput label={t.current} autoComplete="current-password" required value={current} inputWrapperOrder={['label', 'input', 'description', 'error']}
              onChange={(event) => setCurrent(event.currentTarget.value)} />
            <PasswordInput label={t.next} description={t.nextHint} autoComplete="new-password" required value={next}
              inputWrapperOrder={['label', 'input', 'description', 'error']} onChange={(event) => setNext(event.currentTarget.value)} />
          </SimpleGrid>
          {change.error && <ErrorNotice error={change.error} />}
          <Group justify="flex-end"><Button type="submit" loading={change.isPending}>{t.change}</Button></Group>
        </Stack>
      </form>
    </Section>
  )
}

// "Firefox on Linux", as far as the browser says so.
function browserOf(agent: string) {
  const browser = /(Edg|OPR|Firefox|HeadlessChrome|Chrome|Safari)\//.exec(agent)?.[1]
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', HeadlessChrome: 'Chrome', 'Mac OS X': 'macOS' }
  return [browser, system].filter((one) => one !== undefined).map((one) => names[one] ?? one).join(' · ')
}

function Sessions() {
  const t = useProfileTexts()
  const { data, isLoading, error, refetch } = useGet<{ data: SessionRow[] }>('/sessions')
  const end = useChange('DELETE', '/sessions')
  const columns = useMemo((): Column<SessionRow>[] => [
    { id: 'where', header: t.columns.where, cell: (row) => (
      <Group gap="xs" title={row.user_agent}>{browserOf(row.user_agent) || t.unknown}
        {row.is_current && <Badge color="gray">{t.thisOne}</Badge>}</Group>
    ) },
    { id: 'address', header: t.columns.address, wide: true, cell: (row) => <span className="mono">{row.address}</span> },
    { id: 'began', header: t.columns.began, wide: true, cell: (row) => <Ago at={row.created_at} /> },
    { id: 'seen', header: t.columns.seen, cell: (row) => <Ago at={row.last_seen_at} /> },
    { id: 'end', header: '', align: 'right', width: 80, cell: (row) => !row.is_current && (
      <Button size="compact-xs" variant="default" aria-label={`${t.end}: ${browserOf(row.user_agent)}, ${row.address}`}
        onClick={() => end.mutate({ path: `/${row.id}` })}>{t.end}</Button>
    ) },
  ], [t, end.mutate])
  return (
    <Section title={t.sessions} description={t.sessionsText} flush>
      {end.error && <ErrorNotice error={end.error} />}
      <DataTable label={t.sessions} columns={columns} rows={data?.data ?? []} rowKey={({ id }) => id} loading={isLoading} error={error}
        retry={() => void refetch()} />
    </Section>
  )
}
