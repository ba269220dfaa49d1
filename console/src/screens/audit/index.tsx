import { useMemo, useState, type ReactNode } from 'react'
import { Drawer, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconHistory } from '@tabler/icons-react'
import { useSearchParams } from 'wouter'
import { useList } from '@/api/hooks'
import type { AuditRow } from '@/api/types'
import { Ago, CopyId, DataTable, EmptyState, Page, Section, type Column } from '@/components'
import { useFormat } from '@/format'
import { useScope } from '@/scope'
import { Diff } from './Diff'
import { useAuditTexts } from './texts'
import classes from './audit.module.css'

export default function Audit() {
  const t = useAuditTexts()
  const scope = useScope()
  const [search, setSearch] = useSearchParams()
  const [action, setAction] = useState(search.get('action') ?? '')
  const [wanted] = useDebouncedValue(action.trim(), 300)
  const log = useList<AuditRow>(`${scope.api}/audit`, { query: { action: wanted } })
  const [shown, setShown] = useState<AuditRow | null>(null)
  const columns = useMemo((): Column<AuditRow>[] => {
    const account: Column<AuditRow> = { id: 'account', header: t.columns.account, wide: true, cell: (row) => row.account?.name ?? '—' }
    return [
      { id: 'what', header: t.columns.what, cell: (row) => (
        <UnstyledButton fz="inherit" fw={500} className="mono" onClick={() => setShown(row)}>{row.action}</UnstyledButton>
      ) },
      { id: 'target', header: t.columns.target, wide: true, cell: (row) => <span className="breaks">{row.target || '—'}</span> },
      { id: 'who', header: t.columns.who, cell: (row) => <span className="breaks">{row.actor?.email ?? t.nobody}</span> },
      ...(scope.account === null ? [account] : []),
      { id: 'when', header: t.columns.when, align: 'right', cell: (row) => <Ago at={row.at} /> },
    ]
  }, [t, scope.account])
  return (
    <Page title={t.title} description={t.description}>
      <TextInput aria-label={t.action} placeholder={t.actionPlaceholder} maw={280} value={action} onChange={(event) => {
        setAction(event.currentTarget.value)
        setSearch(event.currentTarget.value ? { action: event.currentTarget.value } : {}, { replace: true })
      }} />
      <Section flush>
        <DataTable label={t.title} columns={columns} rows={log.rows} rowKey={({ id }) => id} loading={log.isLoading} error={log.error}
          retry={() => void log.refetch()} hasMore={log.hasNextPage} loadingMore={log.isFetchingNextPage}
          loadMore={() => void log.fetchNextPage()} empty={<EmptyState icon={IconHistory} title={t.empty} />} />
      </Section>
      <Drawer opened={shown !== null} onClose={() => setShown(null)} position="right" size="lg" title={<Text fw={600}>{t.detail.title}</Text>}>
        {shown && <Detail row={shown} />}
      </Drawer>
    </Page>
  )
}

function Detail({ row }: { row: AuditRow }) {
  const t = useAuditTexts()
  const format = useFormat()
  const facts: [string, ReactNode][] = [
    [t.columns.what, <span className="mono">{row.action}</span>],
    [t.columns.target, row.target ? <CopyId id={row.target} /> : '—'],
    [t.columns.who, row.actor?.email ?? t.nobody],
    [t.columns.account, row.account?.name ?? '—'],
    [t.columns.when, format.time(row.at)],
    [t.detail.address, row.address || '—'],
    [t.detail.request, row.request_id ? <CopyId id={row.request_id} /> : '—'],
  ]
  return (
    <Stack>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="breaks">{value}</dd></div>)}
      </dl>
      <Diff before={row.before} after={row.after} />
    </Stack>
  )
}
