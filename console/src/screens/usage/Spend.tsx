import { useMemo } from 'react'
import { Button, Group, Progress, Select, SegmentedControl, Skeleton, Table, Text } from '@mantine/core'
import { IconChartBar, IconDownload } from '@tabler/icons-react'
import { useGet } from '@/api/hooks'
import type { UsageReport } from '@/api/types'
import { TimeChart } from '@/charts/TimeChart'
import { EmptyState, ErrorNotice, LowFunds, Section, Stat } from '@/components'
import { saveFile, toCsv } from '@/export'
import { useFormat } from '@/format'
import { useTexts } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { ServerBook } from '@/ServerBook'
import { useUrlFilters } from '@/useUrlFilters'
import en from './en'
import {
  type Measure,
  measures,
  type NamedSums,
  type Period,
  periods,
  rangeOf,
  seriesOf,
  startsOf,
  stepOf,
  successRate,
  sumsByName,
} from './report'
import classes from './usage.module.css'
import zh from './zh'

const texts = { en, zh }
const oneOf = <T extends string>(value: string, all: readonly T[], fallback: T): T =>
  all.includes(value as T) ? (value as T) : fallback

export function Spend() {
  const t = useTexts(texts)
  const scope = useScope()
  const [book] = useBook()
  const [filters, setFilters] = useUrlFilters(['period', 'split', 'measure'] as const)
  const splits =
    scope.account === null
      ? ['none', 'model', 'account', 'upstream', 'key']
      : scope.role === 'operator'
        ? ['none', 'model', 'key', 'upstream']
        : ['none', 'model', 'key']
  const period = oneOf(filters.period, periods, '30d')
  const split = oneOf(filters.split, splits, 'model')
  const measure = oneOf(filters.measure, measures, 'captured_microcredits')
  const range = useMemo(() => rangeOf(period, Date.now()), [period])
  const {
    data: report,
    error,
    refetch,
  } = useGet<UsageReport>(`${scope.api}/usage`, { query: { ...range, split_by: split, book } })
  return (
    <>
      <Group gap="xs">
        <ServerBook />
        <SegmentedControl
          size="xs"
          aria-label={t.period}
          value={period}
          onChange={(next) => setFilters({ period: next })}
          data={periods.map((value) => ({ value, label: t.periods[value] }))}
        />
        <Select
          w={150}
          size="xs"
          aria-label={t.split}
          value={split}
          onChange={(next) => setFilters({ split: next ?? '' })}
          data={splits.map((value) => ({ value, label: t.splits[value]! }))}
        />
        <Select
          w={130}
          size="xs"
          aria-label={t.measure}
          value={measure}
          onChange={(next) => setFilters({ measure: next ?? '' })}
          data={measures.map((value) => ({ value, label: t.measures[value]! }))}
        />
      </Group>
      {error ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : report ? (
        <Report report={report} measure={measure} period={period} />
      ) : (
        <>
          <Skeleton h={90} />
          <Skeleton h={320} />
        </>
      )}
    </>
  )
}

function Report({ report, measure, period }: { report: UsageReport; measure: Measure; period: Period }) {
  const t = useTexts(texts)
  const format = useFormat()
  const { totals, funds } = report
  const rate = successRate(totals)
  const starts = useMemo(() => startsOf(report), [report])
  const series = useMemo(
    () =>
      seriesOf(report, measure, t.others).map((one) => ({
        ...one,
        name: one.name || (report.split_by === 'none' ? '' : t.unknown),
      })),
    [report, measure, t],
  )
  const print = (value: number) =>
    measure === 'captured_microcredits' ? format.credits(value, 2) : format.number(value)
  return (
    <>
      {funds && report.book === 'live' && <LowFunds funds={funds} />}
      <div className={classes.facts}>
        {funds && (
          <Stat
            label={t.balance}
            value={
              <span title={format.credits(funds.available_microcredits)}>
                {format.credits(funds.available_microcredits, 2)}
              </span>
            }
            hint={t.now}
          />
        )}
        <Stat
          label={t.spent}
          value={
            <span title={format.credits(totals.captured_microcredits)}>
              {format.credits(totals.captured_microcredits, 2)}
            </span>
          }
          hint={t.heldOf(format.credits(totals.held_microcredits, 2))}
        />
        <Stat label={t.refunded} value={format.credits(totals.refunded_microcredits, 2)} />
        <Stat label={t.unsettled} value={format.credits(totals.unsettled_microcredits, 2)} />
        <Stat label={t.tasks} value={format.number(totals.tasks)} />
        <Stat label={t.outputs} value={format.number(totals.outputs)} />
        <Stat
          label={t.success}
          value={rate === null ? '–' : format.percent(rate)}
          hint={t.ofEnded(format.number(totals.completed + totals.failed))}
        />
      </div>
      <Section>
        {report.data.length === 0 ? (
          <EmptyState icon={IconChartBar} title={t.nothing}>
            {t.nothingText}
          </EmptyState>
        ) : (
          <TimeChart
            label={t.chart(t.measures[measure]!, t.periods[period]!)}
            starts={starts}
            step={stepOf(report)}
            series={series}
            format={print}
            whole={measure !== 'captured_microcredits'}
            height={280}
          />
        )}
      </Section>
      {report.split_by !== 'none' && report.data.length > 0 && <Sums report={report} measure={measure} />}
    </>
  )
}

function Sums({ report, measure }: { report: UsageReport; measure: Measure }) {
  const t = useTexts(texts)
  const format = useFormat()
  const rows = useMemo(() => sumsByName(report, measure), [report, measure])
  const total = report.totals[measure]
  const save = () =>
    saveFile(
      `usage-by-${report.split_by}.csv`,
      'text/csv',
      toCsv(
        [
          { name: report.split_by, value: ({ name }: NamedSums) => name },
          { name: 'tasks', value: ({ tasks }) => tasks },
          { name: 'completed', value: ({ completed }) => completed },
          { name: 'failed', value: ({ failed }) => failed },
          { name: 'outputs', value: ({ outputs }) => outputs },
          { name: 'credits', value: (row) => row.captured_microcredits / 1_000_000 },
          { name: 'returned_credits', value: (row) => row.refunded_microcredits / 1_000_000 },
        ],
        rows,
      ),
    )
  return (
    <Section
      title={t.table}
      flush
      actions={
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} />} onClick={save}>
          {t.export}
        </Button>
      }
    >
      <Table.ScrollContainer minWidth={520}>
        <Table aria-label={t.table} fz="sm" horizontalSpacing={20}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th miw={160}>{t.name}</Table.Th>
              <Table.Th w={180}>{t.share}</Table.Th>
              <Table.Th ta="right">{t.tasks}</Table.Th>
              <Table.Th ta="right">{t.failed}</Table.Th>
              <Table.Th ta="right">{t.spent}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {rows.map((row) => (
              <Table.Tr key={row.name}>
                <Table.Td>
                  <Text size="sm" className="breaks">
                    {row.name || t.unknown}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <Share share={total > 0 ? row[measure] / total : 0} name={row.name || t.unknown} />
                </Table.Td>
                <Table.Td ta="right">{format.number(row.tasks)}</Table.Td>
                <Table.Td ta="right">{format.number(row.failed)}</Table.Td>
                <Table.Td ta="right">{format.credits(row.captured_microcredits)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
          <Table.Tfoot className="tabular">
            <Table.Tr>
              <Table.Th>{t.total}</Table.Th>
              <Table.Td />
              <Table.Th ta="right">{format.number(report.totals.tasks)}</Table.Th>
              <Table.Th ta="right">{format.number(report.totals.failed)}</Table.Th>
              <Table.Th ta="right">{format.credits(report.totals.captured_microcredits)}</Table.Th>
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
    </Section>
  )
}

function Share({ share, name }: { share: number; name: string }) {
  const format = useFormat()
  return (
    <Group gap={8} wrap="nowrap">
      <Progress value={100 * share} size="sm" flex={1} color="indigo" aria-label={name} />
      <Text size="xs" c="dimmed" w={44} ta="right">
        {format.percent(share)}
      </Text>
    </Group>
  )
}
