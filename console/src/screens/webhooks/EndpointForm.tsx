import { useState } from 'react'
import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useChange } from '@/api/hooks'
import type { Webhook } from '@/api/types'
import { ErrorNotice } from '@/components'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { useWebhookTexts } from './texts'

interface Props { edited?: Webhook; close: () => void; onMade?: (webhook: Webhook) => void }

export function EndpointForm({ edited, close, onMade }: Props) {
  const t = useWebhookTexts()
  const common = useCommon()
  const scope = useScope()
  const path = `${scope.api}/webhooks`
  const save = useChange<Webhook>(edited ? 'PATCH' : 'POST', path)
  const [url, setUrl] = useState(edited?.url ?? '')
  const [events, setEvents] = useState(edited?.events ?? Object.keys(t.eventNames))
  const submit = async () => {
    const webhook = await save.mutateAsync({ path: edited ? `/${edited.id}` : '', body: { url: url.trim(), events } })
    if (edited) close()
    else onMade?.(webhook)
  }
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{edited ? t.form.editTitle : t.form.title}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); void submit().catch(() => {}) }}>
        <Stack>
          <TextInput label={t.form.url} description={t.form.urlHint} placeholder="https://app.example.org/hooks" required data-autofocus
            value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
          <Checkbox.Group label={t.form.events} value={events} onChange={setEvents}>
            <Stack gap={8} mt={6}>
              {Object.entries(t.eventNames).map(([value, label]) => <Checkbox key={value} value={value} label={label} />)}
            </Stack>
          </Checkbox.Group>
          {save.error && <ErrorNotice error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{common.cancel}</Button>
            <Button type="submit" loading={save.isPending}>{edited ? common.save : t.form.submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
