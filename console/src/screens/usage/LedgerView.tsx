// Every movement of credits, and the sum that has to equal the balance.
import { Alert, Badge, Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconReceipt } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useList } from '@/api/hooks'
import type { Ledger, LedgerEntry } from '@/api/types'
import { Ago, type Column, DataTable, EmptyState, Money, Section, Stat } from '@/components'
import { saveFile, toCsv } from '@/export'
import { useFormat } from '@/format'
import { useTexts } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { useExport } from '@/useExport'
import en from './en'
import classes from './usage.module.css'
import zh from './zh'

const texts = { en, zh }
const pageSize = 50
const colors: Record<string, string> = {
  grant: 'teal',
  hold: 'blue',
  capture: 'gray',
  release: 'teal',
  upstream_loss: 'red',
}

export function LedgerView() {
  const t = useTexts(texts)
  const format = useFormat()
  const scope = useScope()
  const [book] = useBook()
  const list = useList<LedgerEntry, Ledger>(`${scope.api}/ledger`, { query: { book, limit: pageSize } })
  const sums = list.data?.pages[0]
  const columns: Column<LedgerEntry>[] = [
    { id: 'time', header: t.time, cell: ({ at }) => <Ago at={at} /> },
    {
      id: 'entry',
      header: t.entry,
      cell: (entry) => (
        <Group gap="xs" wrap="nowrap">
          <Badge miw="max-content" color={colors[entry.type] ?? 'gray'}>{t.entries[entry.type] ?? entry.type}</Badge>
          {entry.note && (
            <Text size="xs" c="dimmed" truncate maw={220}>
              {entry.note}
            </Text>
          )}
        </Group>
      ),
    },
    {
      id: 'task',
      header: t.task,
      wide: true,
      cell: ({ task_id: id }) =>
        id && (
          <Link href={`${scope.home}/tasks/${id}`} className="mono" title={id}>
            task_…{id.slice(-8)}
          </Link>
        ),
    },
    {
      id: 'amount',
      header: t.amount,
      align: 'right',
      cell: (entry) =>
        entry.type === 'capture' ? (
          <Text span size="xs" c="dimmed">
            {t.captured(format.credits(entry.moved_microcredits))}
          </Text>
        ) : (
          <Money microcredits={entry.amount_microcredits} signed />
        ),
    },
  ]
  const { busy, run } = useExport<LedgerEntry>(`${scope.api}/ledger`, { book })
  const save = (rows: LedgerEntry[]) =>
    saveFile(
      'ledger.csv',
      'text/csv',
      toCsv(
        [
          { name: 'id', value: ({ id }: LedgerEntry) => id },
          { name: 'at', value: ({ at }) => at },
          { name: 'type', value: ({ type }) => type },
          { name: 'mode', value: (entry) => entry.book },
          { name: 'credits', value: (entry) => entry.amount_microcredits / 1_000_000 },
          { name: 'task', value: (entry) => entry.task_id },
          { name: 'note', value: ({ note }) => note },
        ],
        rows,
      ),
    )
  return (
    <>
      {sums && <SumCheck sums={sums} />}
      <Section
        title={t.ledger}
        flush
        actions={
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} />}
            onClick={() => run(save)}
            loading={busy}
            disabled={list.rows.length === 0}
          >
            {t.export}
          </Button>
        }
      >
        <DataTable
          label={t.ledger}
          columns={columns}
          rows={list.rows}
          rowKey={({ id }) => id}
          loading={list.isLoading}
          error={list.error}
          retry={() => void list.refetch()}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          loadMore={() => void list.fetchNextPage()}
          empty={
            <EmptyState icon={IconReceipt} title={t.emptyTitle}>
              {t.emptyText}
            </EmptyState>
          }
        />
      </Section>
    </>
  )
}

function SumCheck({ sums }: { sums: Ledger }) {
  const t = useTexts(texts)
  const agrees = sums.sum_microcredits === sums.balance_microcredits
  return (
    <>
      <div className={classes.sums}>
        <Stat label={t.sum} value={<Money microcredits={sums.sum_microcredits} />} />
        <Stat label={t.balance} value={<Money microcredits={sums.balance_microcredits} />} />
      </div>
      <Alert
        color={agrees ? 'teal' : 'red'}
        variant="light"
        p="sm"
        data-testid="ledger-check"
        role={agrees ? 'status' : 'alert'}
        icon={agrees ? <IconCircleCheck size={18} /> : <IconAlertTriangle size={18} />}
      >
        {agrees ? t.agrees : t.disagrees}
      </Alert>
    </>
  )
}
