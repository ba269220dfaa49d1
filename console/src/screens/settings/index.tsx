import { useMemo, useState } from 'react'
import { Badge, Skeleton, Text, TextInput } from '@mantine/core'
import { IconSearch, IconSettings } from '@tabler/icons-react'
import { useGet } from '@/api/hooks'
import type { Setting } from '@/api/types'
import { DataTable, EmptyState, ErrorNotice, Page, Section, type Column } from '@/components'
import { useSettingTexts } from './texts'

function print(value: unknown) {
  return value === null || value === '' ? '—' : typeof value === 'string' ? value : JSON.stringify(value)
}

// Settings of one table of the file together, in the order that the server gives.
function byTable(settings: Setting[]) {
  const tables = new Map<string, Setting[]>()
  for (const setting of settings) {
    const table = setting.key.includes('.') ? setting.key.slice(0, setting.key.indexOf('.')) : ''
    tables.set(table, [...tables.get(table) ?? [], setting])
  }
  return [...tables]
}

export default function Settings() {
  const t = useSettingTexts()
  const { data, error, isLoading, refetch } = useGet<{ data: Setting[] }>('/settings')
  const [search, setSearch] = useState('')
  const columns = useMemo((): Column<Setting>[] => [
    { id: 'key', header: t.columns.key, width: 300, cell: ({ key }) => <span className="mono breaks">{key}</span> },
    { id: 'value', header: t.columns.value, cell: ({ value }) => <span className="mono breaks">{print(value)}</span> },
    { id: 'source', header: t.columns.source, width: 130, wide: true, cell: ({ source }) => <Badge color="gray">{source}</Badge> },
  ], [t])
  const tables = byTable((data?.data ?? []).filter(({ key }) => key.includes(search.trim().toLowerCase())))
  return (
    <Page title={t.title} description={t.description}>
      <TextInput aria-label={t.find} placeholder={t.find} leftSection={<IconSearch size={16} />} maw={340} value={search}
        onChange={(event) => setSearch(event.currentTarget.value)} />
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {isLoading && <Skeleton h={320} />}
      {tables.map(([table, rows]) => (
        <Section key={table} title={table || t.general} flush>
          <DataTable label={table || t.general} columns={columns} rows={rows} rowKey={({ key }) => key} />
        </Section>
      ))}
      {data && tables.length === 0 && <EmptyState icon={IconSettings} title={t.empty}><Text inherit>{search}</Text></EmptyState>}
    </Page>
  )
}
