import { useState } from 'react'
import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useChange } from '@/api/hooks'
import type { Webhook } from '@/api/types'
import { ErrorNotice, SecretOnce } from '@/components'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { useWebhookTexts } from './texts'

// A signing secret, this once.
export function Secret({ secret, close }: { secret: string; close: () => void }) {
  const t = useWebhookTexts()
  const common = useCommon()
  return (
    <Modal opened onClose={close} closeOnClickOutside={false} title={<Text fw={600}>{t.secret.title}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}>
      <Stack>
        <SecretOnce secret={secret} label={t.secret.label} warning={t.secret.warning} />
        <Group justify="flex-end"><Button onClick={close}>{t.secret.done}</Button></Group>
      </Stack>
    </Modal>
  )
}

const overlapSeconds = { none: 0, hour: 3600, day: 86_400, week: 604_800 }
type Overlap = keyof typeof overlapSeconds

export function Rotate({ id, close }: { id: string; close: () => void }) {
  const t = useWebhookTexts()
  const common = useCommon()
  const scope = useScope()
  const rotate = useChange<Webhook>('POST', `${scope.api}/webhooks`)
  const [overlap, setOverlap] = useState<Overlap>('day')
  if (rotate.data?.secret) return <Secret secret={rotate.data.secret} close={close} />
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t.secret.rotateTitle}</Text>} closeButtonProps={{ 'aria-label': common.close }}>
      <Stack>
        <Text>{t.secret.rotateText}</Text>
        <Select label={t.secret.overlap} value={overlap} onChange={(value) => setOverlap(value as Overlap)}
          data={(Object.keys(overlapSeconds) as Overlap[]).map((value) => ({ value, label: t.secret.overlaps[value] }))} />
        {rotate.error && <ErrorNotice error={rotate.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{common.cancel}</Button>
          <Button loading={rotate.isPending}
            onClick={() => rotate.mutate({ path: `/${id}/rotate`, body: { overlap_seconds: overlapSeconds[overlap] } })}>{t.secret.rotate}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
