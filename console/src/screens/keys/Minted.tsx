import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useServer } from '@/api/hooks'
import type { MintedKey } from '@/api/types'
import { CodeBlock, SecretOnce } from '@/components'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { useKeyTexts } from './texts'

const MODEL = 'gemini-2.5-flash-image-preview'

// The key's text, this once, with a call that works when pasted.
export function Minted({ minted, close }: { minted: MintedKey; close: () => void }) {
  const t = useKeyTexts()
  const common = useCommon()
  const scope = useScope()
  const server = useServer()
  const base = (server.data?.public_url || location.origin).replace(/\/$/, '')
  const curl = `curl ${base}/api/v1/images/generations \\
  -H "Authorization: Bearer ${minted.key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${minted.models[0] ?? MODEL}", "prompt": "moonlight on a bamboo path, ink wash painting"}'`
  return (
    <Modal opened onClose={close} size="lg" closeOnClickOutside={false} title={<Text fw={600}>{t.minted.title}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}>
      <Stack>
        <SecretOnce secret={minted.key} label={t.minted.label} warning={t.minted.warning} />
        <Stack gap="xs">
          <Text size="sm" fw={500}>{t.minted.try}</Text>
          <CodeBlock code={curl} label="curl" />
        </Stack>
        <Group justify="space-between">
          <Button variant="subtle" color="gray" leftSection={<IconFlask size={16} />} component={Link} href={`${scope.home}/playground`}>
            {t.minted.playground}
          </Button>
          <Button onClick={close}>{t.minted.done}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
