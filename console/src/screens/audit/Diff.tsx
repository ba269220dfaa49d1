import { Table, Text } from '@mantine/core'
import { useAuditTexts } from './texts'
import classes from './audit.module.css'

type Value = Record<string, unknown> | null

function print(value: unknown) {
  return value === undefined ? '—' : typeof value === 'string' ? value : JSON.stringify(value)
}

// What a change did, member by member; those that stayed the same are quiet.
export function Diff({ before, after }: { before: Value; after: Value }) {
  const t = useAuditTexts()
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  if (names.length === 0) return <Text size="sm" c="dimmed">{t.detail.none}</Text>
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t.detail.title}>
      <Table className={classes.diff}>
        <Table.Thead>
          <Table.Tr><Table.Th /><Table.Th scope="col">{t.detail.before}</Table.Th><Table.Th scope="col">{t.detail.after}</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {names.map((name) => {
            const [was, is] = [print(before?.[name]), print(after?.[name])]
            return (
              <Table.Tr key={name} data-changed={was !== is || undefined}>
                <Table.Th scope="row">{name}</Table.Th><Table.Td>{was}</Table.Td><Table.Td>{is}</Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </div>
  )
}
