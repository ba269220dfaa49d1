import { useEffect, useMemo, useState } from 'react'
import { Badge, Button, Group, Progress, SimpleGrid, Skeleton, Text } from '@mantine/core'
import { IconStack2 } from '@tabler/icons-react'
import { notifications } from '@mantine/notifications'
import type { ApiError } from '@/api/client'
import { useChange } from '@/api/hooks'
import type { QueueReport, Upstream } from '@/api/types'
import { TimeChart } from '@/charts/TimeChart'
import { type Column, ConfirmButton, DataTable, EmptyState, ErrorNotice, Page, Section, Stat, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { useCommon, useTexts } from '@/i18n'
import { useBook } from '@/scope'
import { useServerNow } from '@/serverNow'
import en from './en'
import { addSample, type Sample, stepMilliseconds, toWindow } from './history'
import classes from './queue.module.css'
import zh from './zh'

const texts = { en, zh }
type ByModel = QueueReport['by_model'][number]
type ByUpstream = QueueReport['by_upstream'][number]

// Read once; from then on the stream tells.
export default function Queue() {
  const t = useTexts(texts)
  const common = useCommon()
  const [book] = useBook()
  const { queue: report, upstreams, error, refetch } = useServerNow(book)
  return (
    <Page
      title={common.screens.queue}
      description={t.description}
      actions={report && <Badge color="teal">{t.seen}</Badge>}
    >
      {error && !report ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : report ? (
        <Live report={report} upstreams={upstreams} />
      ) : (
        <>
          <Skeleton h={90} aria-label={t.connecting} />
          <Skeleton h={220} />
        </>
      )}
    </Page>
  )
}

function useHistory(report: QueueReport) {
  const [samples, setSamples] = useState<Sample[]>([])
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => setSamples((known) => addSample(known, report, Date.now())), [report])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMilliseconds)
    return () => clearInterval(timer)
  }, [])
  return { samples, now }
}

function Live({ report, upstreams }: { report: QueueReport; upstreams: Upstream[] }) {
  const t = useTexts(texts)
  const format = useFormat()
  const { samples, now } = useHistory(report)
  const { starts, series } = useMemo(
    () => toWindow(samples, now, { waiting: t.waiting, running: t.running }),
    [samples, now, t],
  )
  return (
    <>
      <div className={classes.facts} data-testid="queue-facts">
        <Stat label={t.waiting} value={format.number(report.waiting)} />
        <Stat label={t.running} value={format.number(report.running)} />
        <Stat label={t.atVendor} value={format.number(report.at_vendor)} hint={t.atVendorHint} />
        <Stat label={t.ended} value={format.number(report.ended_last_minute)} />
        <Stat
          label={t.oldest}
          value={report.oldest_wait_seconds === null ? '–' : format.duration(report.oldest_wait_seconds)}
        />
      </div>
      <Section>
        <TimeChart
          label={t.chart}
          kind="lines"
          starts={starts}
          step={stepMilliseconds}
          series={series}
          format={(value) => format.number(value)}
          whole
          height={200}
        />
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title={t.byModel} flush>
          <ModelRows rows={report.by_model} />
        </Section>
        <Section title={t.byUpstream} flush>
          <UpstreamRows rows={report.by_upstream} upstreams={upstreams} />
        </Section>
      </SimpleGrid>
    </>
  )
}

function ModelRows({ rows }: { rows: ByModel[] }) {
  const t = useTexts(texts)
  const format = useFormat()
  const columns: Column<ByModel>[] = [
    {
      id: 'model',
      header: t.model,
      cell: ({ model }) => (
        <Text size="sm" className="breaks">
          {model}
        </Text>
      ),
    },
    {
      id: 'waiting',
      header: t.waiting,
      align: 'right',
      cell: ({ waiting }) => <span className="tabular">{format.number(waiting)}</span>,
    },
    {
      id: 'running',
      header: t.running,
      align: 'right',
      cell: ({ running }) => <span className="tabular">{format.number(running)}</span>,
    },
    {
      id: 'oldest',
      header: t.oldest,
      align: 'right',
      wide: true,
      cell: ({ oldest_wait_seconds: wait }) => (
        <span className="tabular">{wait === null ? '–' : format.duration(wait)}</span>
      ),
    },
  ]
  return (
    <DataTable
      label={t.byModel}
      columns={columns}
      rows={rows}
      rowKey={({ model }) => model}
      empty={
        <EmptyState icon={IconStack2} title={t.emptyTitle}>
          {t.emptyText}
        </EmptyState>
      }
    />
  )
}

// Takes an upstream out of work, and back: what it has in hand it finishes.
function Drain({ upstream }: { upstream: Upstream }) {
  const t = useTexts(texts)
  const change = useChange('PATCH', '/upstreams', ['/overview', '/upstreams'])
  const steer = (drained: boolean) => change.mutateAsync({ path: `/${encodeURIComponent(upstream.name)}`, body: { drained } })
  if (!upstream.drained) {
    return (
      <ConfirmButton size="compact-xs" title={t.drainTitle(upstream.name)} text={t.drainText} confirm={t.drain} onConfirm={() => steer(true)}>
        {t.drain}
      </ConfirmButton>
    )
  }
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <StatusBadge status="drained" />
      <Button size="compact-xs" variant="default" loading={change.isPending} onClick={() => void steer(false).catch(({ message }: ApiError) => notifications.show({ color: 'red', message }))}>
        {t.resume}
      </Button>
    </Group>
  )
}

function UpstreamRows({ rows, upstreams }: { rows: ByUpstream[]; upstreams: Upstream[] }) {
  const t = useTexts(texts)
  const format = useFormat()
  const byName = new Map(upstreams.map((one) => [one.name, one]))
  const columns: Column<ByUpstream>[] = [
    { id: 'upstream', header: t.upstream, cell: ({ upstream }) => <span className="mono">{upstream}</span> },
    {
      id: 'slots',
      header: t.slots,
      cell: ({ running, capacity }) => (
        <div className={classes.slots}>
          <Progress
            value={capacity > 0 ? (100 * running) / capacity : 0}
            color={running >= capacity ? 'orange' : 'teal'}
            flex={1}
            aria-label={t.slots}
          />
          <Text size="xs" c="dimmed" className="tabular">
            {t.slotsOf(format.number(running), format.number(capacity))}
          </Text>
        </div>
      ),
    },
    {
      id: 'drain',
      header: '',
      align: 'right',
      cell: ({ upstream }) => byName.has(upstream) && <Drain upstream={byName.get(upstream)!} />,
    },
  ]
  return (
    <DataTable
      label={t.byUpstream}
      columns={columns}
      rows={rows}
      rowKey={({ upstream }) => upstream}
      empty={<EmptyState icon={IconStack2} title={t.emptyTitle} />}
    />
  )
}
