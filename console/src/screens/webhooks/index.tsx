import { useMemo, useState } from 'react'
import { Badge, Button, Group, Text } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useParams } from 'wouter'
import { useGet } from '@/api/hooks'
import type { List, Webhook } from '@/api/types'
import { Ago, DataTable, EmptyState, Page, Section, StatusBadge, type Column } from '@/components'
import { useScope } from '@/scope'
import { Endpoint } from './Endpoint'
import { EndpointForm } from './EndpointForm'
import { Secret } from './Secret'
import { useWebhookTexts } from './texts'

export function stateOf(webhook: Webhook) {
  return !webhook.enabled ? 'disabled' : webhook.failing ? 'failing' : 'enabled'
}

export default function Webhooks() {
  const { id } = useParams()
  return id ? <Endpoint key={id} id={id} /> : <Endpoints />
}

function Endpoints() {
  const t = useWebhookTexts()
  const scope = useScope()
  const { data, isLoading, error, refetch } = useGet<List<Webhook>>(`${scope.api}/webhooks`)
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<Webhook | null>(null)
  const columns = useMemo((): Column<Webhook>[] => [
    { id: 'url', header: t.columns.url, cell: (one) => <span className="breaks">{one.is_default ? t.defaultEndpoint : one.url}</span> },
    { id: 'events', header: t.columns.events, wide: true, cell: (one) => (
      <Group gap={4}>{one.events.map((event) => <Badge key={event} color="gray">{event}</Badge>)}</Group>
    ) },
    { id: 'last', header: t.columns.last, wide: true, cell: (one) => <Ago at={one.last_delivery_at ?? null} /> },
    { id: 'status', header: t.columns.status, width: 130, cell: (one) => <StatusBadge status={stateOf(one)} /> },
  ], [t])
  const add = scope.canManage && <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t.add}</Button>
  const rows = data?.data ?? []
  return (
    <Page title={t.title} description={<Text inherit>{t.description}</Text>} actions={rows.length > 0 && add}>
      <Section flush>
        <DataTable label={t.title} columns={columns} rows={rows} rowKey={(one) => one.id} loading={isLoading} error={error}
          retry={() => void refetch()} href={(one) => `${scope.home}/webhooks/${one.id}`}
          empty={<EmptyState icon={IconWebhook} title={t.empty} action={add}>{t.emptyText}</EmptyState>} />
      </Section>
      {adding && <EndpointForm close={() => setAdding(false)} onMade={(webhook) => { setAdding(false); setMade(webhook) }} />}
      {made?.secret && <Secret secret={made.secret} close={() => setMade(null)} />}
    </Page>
  )
}
