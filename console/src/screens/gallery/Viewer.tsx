// One output in full, over the gallery; the arrow keys go through the others.
import { ActionIcon, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { Link } from 'wouter'
import { Ago, CopyId } from '@/components'
import { useFormat } from '@/format'
import { useTexts } from '@/i18n'
import { Outputs } from '@/media/Outputs'
import { settingsOf } from '@/playgroundLink'
import { useScope } from '@/scope'
import en from './en'
import { type Item, leftOf } from './items'
import zh from './zh'

const texts = { en, zh }

interface Props {
  item: Item | null
  now: number
  onClose: () => void
  onStep: (by: -1 | 1) => void
}

export function Viewer({ item, now, onClose, onStep }: Props) {
  const t = useTexts(texts)
  const { home } = useScope()
  const format = useFormat()
  const left = item && leftOf(item.task.expires_at, now)
  useHotkeys(
    item
      ? [
          ['ArrowLeft', () => onStep(-1)],
          ['ArrowRight', () => onStep(1)],
        ]
      : [],
  )
  return (
    <Modal
      opened={item !== null}
      onClose={onClose}
      size="xl"
      closeButtonProps={{ 'aria-label': t.close }}
      title={
        item && (
          <Text span size="sm" ff="monospace" c="dimmed">
            {item.task.model}
          </Text>
        )
      }
    >
      {item && (
        <Stack gap="md">
          <Outputs outputs={[item.output]} prompt={item.task.prompt} />
          {item.task.prompt && (
            <Text size="md" className="breaks">
              {item.task.prompt}
            </Text>
          )}
          <Group justify="space-between" gap="sm">
            <Group gap="sm">
              <Text size="xs" c="dimmed">
                <Ago at={item.task.created_at} />
              </Text>
              <CopyId id={item.task.id} short />
              {left && (
                <Text size="xs" c={left.soon ? 'var(--mantine-color-error)' : 'dimmed'}>
                  {left.soon ? t.expiring(format.countdown(left.seconds)) : t.left(format.countdown(left.seconds))}
                </Text>
              )}
            </Group>
            <Group gap="xs">
              <ActionIcon variant="default" size={30} aria-label={t.previous} onClick={() => onStep(-1)}>
                <IconChevronLeft size={16} />
              </ActionIcon>
              <ActionIcon variant="default" size={30} aria-label={t.next} onClick={() => onStep(1)}>
                <IconChevronRight size={16} />
              </ActionIcon>
              <Button size="xs" variant="default" component={Link} href={`${home}/tasks/${item.task.id}`}>
                {t.open}
              </Button>
              <Button size="xs" component={Link} href={settingsOf(home, item.task)}>
                {t.use}
              </Button>
            </Group>
          </Group>
        </Stack>
      )}
    </Modal>
  )
}
