import { useMemo, useState, type ReactNode } from 'react'
import { Anchor, Button, Drawer, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconSend } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useChange, type useList } from '@/api/hooks'
import type { Deliveries as DeliveryPage, Delivery } from '@/api/types'
import { Ago, CopyId, DataTable, EmptyState, ErrorNotice, Section, StatusBadge, type Column } from '@/components'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { useWebhookTexts } from './texts'
import classes from './Endpoint.module.css'

interface Props { deliveries: ReturnType<typeof useList<Delivery, DeliveryPage>>; path: string; actions: ReactNode }

// What was sent to an endpoint, and how it answered.
export function Deliveries({ deliveries, path, actions }: Props) {
  const t = useWebhookTexts()
  const scope = useScope()
  const [shownId, setShownId] = useState<string | null>(null)
  const shown = deliveries.rows.find(({ id }) => id === shownId)
  const columns = useMemo((): Column<Delivery>[] => [
    { id: 'event', header: t.deliveries.event, cell: (one) => (
      <UnstyledButton fz="inherit" fw={500} className="mono" onClick={() => setShownId(one.id)}>{one.event}</UnstyledButton>
    ) },
    { id: 'task', header: t.deliveries.task, wide: true, cell: (one) => one.task_id
      ? <Anchor inherit component={Link} href={`${scope.home}/tasks/${one.task_id}`}><span className="mono">{one.task_id.slice(0, 17)}…</span></Anchor>
      : '—' },
    { id: 'status', header: t.deliveries.status, cell: (one) => <StatusBadge status={one.status} /> },
    { id: 'attempts', header: t.deliveries.attempts, align: 'right', wide: true, cell: (one) => <span className="tabular">{one.attempts.length}</span> },
    { id: 'at', header: t.deliveries.at, align: 'right', cell: (one) => <Ago at={one.created_at} /> },
  ], [t, scope.home])
  return (
    <Section title={t.deliveries.title} actions={actions} flush>
      <DataTable label={t.deliveries.title} columns={columns} rows={deliveries.rows} rowKey={(one) => one.id} loading={deliveries.isLoading}
        error={deliveries.error} hasMore={deliveries.hasNextPage} loadingMore={deliveries.isFetchingNextPage}
        loadMore={() => void deliveries.fetchNextPage()}
        empty={<EmptyState icon={IconSend} title={t.deliveries.empty}>{t.deliveries.emptyText}</EmptyState>} />
      <Drawer opened={shown !== undefined} onClose={() => setShownId(null)} position="right" size="lg"
        title={<Text fw={600}>{t.deliveries.detail}</Text>}>
        {shown && <Detail delivery={shown} path={path} />}
      </Drawer>
    </Section>
  )
}

function Detail({ delivery, path }: { delivery: Delivery; path: string }) {
  const t = useWebhookTexts()
  const common = useCommon()
  const format = useFormat()
  const scope = useScope()
  const resend = useChange('POST', path)
  return (
    <Stack>
      <Group justify="space-between">
        <StatusBadge status={delivery.status} />
        {scope.canManage && (
          <Button size="xs" variant="default" leftSection={<IconSend size={15} />} loading={resend.isPending}
            onClick={() => resend.mutate({ path: `/${delivery.id}/resend` },
              { onSuccess: () => notifications.show({ message: t.deliveries.resent }) })}>{t.deliveries.resend}</Button>
        )}
      </Group>
      {resend.error && <ErrorNotice error={resend.error} />}
      <CopyId id={delivery.id} />
      <Text size="sm" className="breaks">{delivery.url}</Text>
      {delivery.next_attempt_at && <Text size="sm" c="dimmed">{t.deliveries.next}: <Ago at={delivery.next_attempt_at} /></Text>}
      {delivery.attempts.length === 0 && <Text size="sm" c="dimmed">{t.deliveries.noAttempt}</Text>}
      <ol className={classes.attempts} aria-label={t.deliveries.attempts}>
        {delivery.attempts.map((attempt) => (
          <li key={attempt.at}>
            <strong className="tabular">{attempt.status ?? t.deliveries.noAnswer}</strong>
            <span><Ago at={attempt.at} none={common.never} /></span>
            <span className="tabular">{format.duration(attempt.seconds)}</span>
            {(attempt.error ?? attempt.response) && <pre aria-label={t.deliveries.response}>{attempt.error ?? attempt.response}</pre>}
          </li>
        ))}
      </ol>
    </Stack>
  )
}
