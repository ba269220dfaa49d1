import { useState } from 'react'
import { Alert, Badge, Button, Center, Group, Loader, Text } from '@mantine/core'
import { IconPencil, IconSend } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import { useChange, useList } from '@/api/hooks'
import type { Deliveries as DeliveryPage, Delivery, DeliveryAttempt } from '@/api/types'
import { Ago, ConfirmButton, CopyId, ErrorNotice, Page, Section, StatusBadge } from '@/components'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { stateOf } from '.'
import { Deliveries } from './Deliveries'
import { EndpointForm } from './EndpointForm'
import { Rotate } from './Secret'
import { useWebhookTexts } from './texts'
import classes from './Endpoint.module.css'

export function Endpoint({ id }: { id: string }) {
  const t = useWebhookTexts()
  const common = useCommon()
  const scope = useScope()
  const [, navigate] = useLocation()
  const path = `${scope.api}/webhooks`
  // The endpoint comes with each page of what was sent to it.
  const deliveries = useList<Delivery, DeliveryPage>(`${path}/${id}/deliveries`)
  const { error } = deliveries
  const webhook = deliveries.data?.pages.at(-1)?.webhook
  const change = useChange('PATCH', path)
  const remove = useChange('DELETE', path, [])
  const [dialog, setDialog] = useState<'edit' | 'rotate' | null>(null)
  if (error && !webhook) return <Page title={t.title}><ErrorNotice error={error} retry={() => void deliveries.refetch()} /></Page>
  if (!webhook) return <Center h={240}><Loader size="sm" color="gray" aria-label={common.loading} /></Center>
  const actions = scope.canManage && !webhook.is_default && (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setDialog('edit')}>{t.edit}</Button>
      {webhook.enabled
        ? <ConfirmButton title={t.disable.title} text={t.disable.text} confirm={t.disable.action}
            onConfirm={() => change.mutateAsync({ path: `/${id}`, body: { enabled: false } })}>{t.disable.action}</ConfirmButton>
        : <Button variant="default" loading={change.isPending}
            onClick={() => change.mutate({ path: `/${id}`, body: { enabled: true } })}>{t.enable}</Button>}
      <ConfirmButton color="red" title={t.remove.title} text={t.remove.text} confirm={common.remove}
        onConfirm={async () => {
          await remove.mutateAsync({ path: `/${id}` })
          navigate(`${scope.home}/webhooks`)
        }}>{common.remove}</ConfirmButton>
    </>
  )
  return (
    <Page title={webhook.is_default ? t.defaultEndpoint : webhook.url} actions={actions}
      description={webhook.is_default ? t.defaultText : <CopyId id={webhook.id} />}>
      <Section>
        <dl className={classes.facts}>
          <div><dt>{t.columns.status}</dt><dd><StatusBadge status={stateOf(webhook)} /></dd></div>
          <div><dt>{t.columns.events}</dt><dd><Group gap={4}>{webhook.events.map((event) => <Badge key={event} color="gray">{event}</Badge>)}</Group></dd></div>
          <div><dt>{t.created}</dt><dd><Ago at={webhook.created_at} /></dd></div>
          <div>
            <dt>{t.secret.title}</dt>
            <dd>
              <Group gap="sm">
                <span className="mono" title={t.secret.hint}>whsec_••••••••</span>
                {scope.canManage && <Button size="compact-xs" variant="default" onClick={() => setDialog('rotate')}>{t.secret.rotate}</Button>}
              </Group>
            </dd>
          </div>
        </dl>
      </Section>
      <Deliveries deliveries={deliveries} path={`${path}/${id}/deliveries`} actions={scope.canManage && !webhook.is_default && <SendTest id={id} />} />
      {dialog === 'edit' && <EndpointForm edited={webhook} close={() => setDialog(null)} />}
      {dialog === 'rotate' && <Rotate id={id} close={() => setDialog(null)} />}
    </Page>
  )
}

function SendTest({ id }: { id: string }) {
  const t = useWebhookTexts()
  const scope = useScope()
  const test = useChange<DeliveryAttempt>('POST', `${scope.api}/webhooks`)
  const answered = test.data
  const fine = answered?.status != null && answered.status < 300
  return (
    <Group gap="sm">
      {answered && (
        <Alert p={6} px="sm" color={fine ? 'teal' : 'red'} variant="light" role="status">
          <Text size="sm">{answered.status !== null ? t.test.delivered(answered.status) : t.test.failed(answered.error ?? '')}</Text>
        </Alert>
      )}
      {test.error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{test.error.message}</Text>}
      <Button size="xs" variant="default" leftSection={<IconSend size={15} />} loading={test.isPending}
        onClick={() => test.mutate({ path: `/${id}/test` })}>{t.test.action}</Button>
    </Group>
  )
}
