// What the task cost, entry by entry, and the sum that shows it.
import { Badge, Group, Stack, Table, Text } from '@mantine/core'
import { IconCheck, IconAlertTriangle } from '@tabler/icons-react'
import type { TaskDetail } from '@/api/types'
import { Ago, Money } from '@/components'
import { useFormat } from '@/format'
import { checkMoney } from './money'
import { useTaskTexts } from './texts'

export function MoneyRows({ task }: { task: TaskDetail }) {
  const t = useTaskTexts()
  const format = useFormat()
  const check = checkMoney(task, task.entries)
  const text =
    check.left > 0 && task.status === 'processing'
      ? t.sumsOpen(format.credits(check.held), format.credits(check.left))
      : t.sums(format.credits(check.held), format.credits(check.captured), format.credits(check.released))
  return (
    <Stack gap="sm">
      <Table aria-label={t.money} verticalSpacing={8} horizontalSpacing={0}>
        <Table.Tbody>
          {task.entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td>
                <Text size="sm" fw={500}>
                  {t.entries[entry.type] ?? entry.type}
                </Text>
                <Text size="xs" c="dimmed">
                  {t.entryHints[entry.type] ?? ''}
                </Text>
              </Table.Td>
              <Table.Td className="on-wide">
                <Text size="xs" c="dimmed">
                  <Ago at={entry.at} />
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                <Text size="sm" c={entry.type === 'release' ? 'teal' : undefined}>
                  <Money
                    microcredits={entry.type === 'hold' ? -entry.moved_microcredits : entry.moved_microcredits}
                    signed={entry.type === 'release'}
                  />
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group gap="xs" data-testid="money-check">
        <Badge
          color={check.agrees ? 'teal' : 'red'}
          leftSection={check.agrees ? <IconCheck size={12} /> : <IconAlertTriangle size={12} />}
        >
          {check.agrees ? t.agrees : t.disagrees}
        </Badge>
        <Text size="xs" c="dimmed" className="tabular">
          {text}
        </Text>
      </Group>
    </Stack>
  )
}
