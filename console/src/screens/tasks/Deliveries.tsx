// What was sent of the task, what was answered, and the button that sends it again.
import { Button, Group, Stack, Table, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconSend } from '@tabler/icons-react'
import { useChange } from '@/api/hooks'
import type { Delivery, TaskDetail } from '@/api/types'
import { Ago, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { useTaskTexts } from './texts'

interface Props {
  task: TaskDetail
  path: string
  canResend: boolean
}

export function Deliveries({ task, path, canResend }: Props) {
  const t = useTaskTexts()
  if (task.deliveries.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t.noWebhooks}
      </Text>
    )
  return (
    <Stack gap="lg">
      {task.deliveries.map((delivery) => (
        <One key={delivery.id} delivery={delivery} path={path} canResend={canResend} />
      ))}
    </Stack>
  )
}

function One({ delivery, path, canResend }: { delivery: Delivery; path: string; canResend: boolean }) {
  const t = useTaskTexts()
  const format = useFormat()
  const resend = useChange('POST', `${path}/deliveries/${delivery.id}/resend`, [path])
  return (
    <div>
      <Group justify="space-between" gap="sm" wrap="nowrap" mb={4}>
        <div style={{ minWidth: 0 }}>
          <Text size="sm" ff="monospace" className="breaks">
            {delivery.url}
          </Text>
          <Group gap="xs" mt={2}>
            <StatusBadge status={delivery.status} />
            <Text size="xs" c="dimmed">
              {delivery.event}
            </Text>
            {delivery.next_attempt_at && (
              <Text size="xs" c="dimmed">
                {t.nextTry} <Ago at={delivery.next_attempt_at} />
              </Text>
            )}
          </Group>
        </div>
        {canResend && (
          <Button
            size="xs"
            variant="default"
            flex="none"
            leftSection={<IconSend size={14} />}
            loading={resend.isPending}
            onClick={() =>
              resend.mutate(
                {},
                {
                  onSuccess: () => notifications.show({ message: t.resent }),
                  onError: ({ message }) => notifications.show({ color: 'red', message }),
                },
              )
            }
          >
            {t.resend}
          </Button>
        )}
      </Group>
      {delivery.attempts.length > 0 && (
        <Table.ScrollContainer minWidth={240}>
          <Table fz="xs" aria-label={`${t.webhooks}: ${delivery.url}`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t.attemptAt}</Table.Th>
                <Table.Th>{t.status}</Table.Th>
                <Table.Th ta="right">{t.duration}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {delivery.attempts.map((one, i) => (
                <Table.Tr key={i}>
                  <Table.Td>
                    <Ago at={one.at} />
                  </Table.Td>
                  <Table.Td className="tabular">{one.status ?? one.error ?? '–'}</Table.Td>
                  <Table.Td ta="right" className="tabular">
                    {format.duration(one.seconds)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </div>
  )
}
