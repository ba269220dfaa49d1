import { useMemo } from 'react'
import { Anchor, Group, Progress, SegmentedControl, Text } from '@mantine/core'
import { IconMoodCheck } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useGet } from '@/api/hooks'
import type { ErrorGroup } from '@/api/types'
import { day } from '@/charts/time'
import { Ago, type Column, DataTable, EmptyState, Page, Section } from '@/components'
import { useFormat } from '@/format'
import { useCommon, useTexts } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { ServerBook } from '@/ServerBook'
import { useUrlFilters } from '@/useUrlFilters'
import en from './en'
import zh from './zh'

const texts = { en, zh }
const days: Record<string, number> = { '1d': 1, '7d': 7, '30d': 30 }

export default function Errors() {
  const t = useTexts(texts)
  const common = useCommon()
  const scope = useScope()
  const [filters, setFilters] = useUrlFilters(['period'] as const)
  const period = filters.period in days ? filters.period : '7d'
  const [book] = useBook()
  // Failures are counted by days.
  const range = useMemo(() => {
    const to = (Math.floor(Date.now() / day) + 1) * day
    return { from: new Date(to - days[period]! * day).toISOString(), to: new Date(to).toISOString() }
  }, [period])
  const query = { ...range, book }
  const { data, error, isLoading, refetch } = useGet<{ data: ErrorGroup[] }>(`${scope.api}/errors`, { query })
  const groups = useMemo(() => (data?.data ?? []).toSorted((a, b) => b.count - a.count), [data])
  return (
    <Page
      title={common.screens.errors}
      description={t.description}
      actions={
        <>
          <ServerBook />
          <SegmentedControl
            size="xs"
            aria-label={t.period}
            value={period}
            onChange={(next) => setFilters({ period: next })}
            data={Object.entries(t.periods).map(([value, label]) => ({ value, label }))}
          />
        </>
      }
    >
      <Section flush>
        <Groups groups={groups} loading={isLoading} error={error} retry={() => void refetch()} />
      </Section>
    </Page>
  )
}

interface Props {
  groups: ErrorGroup[]
  loading: boolean
  error: Parameters<typeof DataTable>[0]['error']
  retry: () => void
}

function Groups({ groups, loading, error, retry }: Props) {
  const t = useTexts(texts)
  const format = useFormat()
  const { home } = useScope()
  const most = Math.max(1, ...groups.map(({ count }) => count))
  const tasksOf = ({ code, model }: ErrorGroup) =>
    `${home}/tasks?${new URLSearchParams({ status: 'failed', error_code: String(code), model }).toString()}`
  const columns: Column<ErrorGroup>[] = [
    {
      id: 'error',
      header: t.error,
      cell: (group) => (
        <div style={{ maxWidth: 380 }}>
          <Anchor
            href={group.doc_url}
            target="_blank"
            rel="noreferrer"
            fw={600}
            size="sm"
            title={t.page(String(group.code))}
          >
            {group.code} {group.name}
          </Anchor>
          <Text size="xs" c="dimmed" lineClamp={2} className="breaks">
            {group.message}
          </Text>
        </div>
      ),
    },
    {
      id: 'model',
      header: t.model,
      wide: true,
      cell: ({ model, upstream }) => (
        <>
          <Text size="sm" className="breaks">
            {model}
          </Text>
          {upstream && (
            <Text size="xs" c="dimmed">
              {t.upstream}: <span className="mono">{upstream}</span>
            </Text>
          )}
        </>
      ),
    },
    {
      id: 'count',
      header: t.count,
      width: 140,
      cell: (group) => (
        <div>
          <Link href={tasksOf(group)} className="tabular" aria-label={t.allOf(String(group.code), format.number(group.count))}>
            {format.number(group.count)}
          </Link>
          <Progress value={(100 * group.count) / most} size={4} color="red" mt={4} aria-hidden />
        </div>
      ),
    },
    {
      id: 'last',
      header: t.last,
      cell: (group) => (
        <>
          <Ago at={group.last_seen_at} />
          <Text size="xs" c="dimmed">
            {t.first} <Ago at={group.first_seen_at} />
          </Text>
        </>
      ),
    },
    {
      id: 'samples',
      header: t.samples,
      wide: true,
      cell: ({ sample_task_ids: ids }) => (
        <Group gap={8}>
          {ids.slice(0, 3).map((id) => (
            <Link
              key={id}
              href={`${home}/tasks/${id}`}
              title={id}
              className="mono"
            >
              …{id.slice(-6)}
            </Link>
          ))}
        </Group>
      ),
    },
  ]
  return (
    <DataTable
      label={t.error}
      columns={columns}
      rows={groups}
      rowKey={({ code, model, upstream }) => `${code} ${model} ${upstream ?? ''}`}
      loading={loading}
      error={error}
      retry={retry}
      empty={
        <EmptyState icon={IconMoodCheck} title={t.emptyTitle}>
          {t.emptyText}
        </EmptyState>
      }
    />
  )
}
