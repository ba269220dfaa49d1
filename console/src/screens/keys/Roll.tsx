import { useState } from 'react'
import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useChange } from '@/api/hooks'
import type { Key, MintedKey } from '@/api/types'
import { ErrorNotice } from '@/components'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { useKeyTexts } from './texts'

const overlapSeconds = { none: 0, hour: 3600, day: 86_400, week: 604_800 }
type Overlap = keyof typeof overlapSeconds

export function Roll({ old, close, onMinted }: { old: Key; close: () => void; onMinted: (minted: MintedKey) => void }) {
  const t = useKeyTexts()
  const common = useCommon()
  const scope = useScope()
  const roll = useChange<MintedKey>('POST', `${scope.api}/keys`, [scope.api])
  const [overlap, setOverlap] = useState<Overlap>('day')
  const act = async () => {
    onMinted(await roll.mutateAsync({ path: `/${old.id}/roll`, body: { overlap_seconds: overlapSeconds[overlap] } }))
  }
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t.roll.title(old.name || old.last4)}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}>
      <Stack>
        <Text>{t.roll.text}</Text>
        <Select label={t.roll.overlap} value={overlap} onChange={(value) => setOverlap(value as Overlap)}
          data={(Object.keys(overlapSeconds) as Overlap[]).map((value) => ({ value, label: t.roll.overlaps[value] }))} />
        {roll.error && <ErrorNotice error={roll.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{common.cancel}</Button>
          <Button loading={roll.isPending} onClick={() => void act().catch(() => {})}>{t.roll.submit}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
