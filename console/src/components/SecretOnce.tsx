import { Alert, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { CodeBlock } from './CodeBlock'

// What is shown this once, and why it should be kept now.
export function SecretOnce({ secret, label, warning }: { secret: string; label: string; warning: string }) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>{label}</Text>
      <CodeBlock code={secret} label={label} />
      <Alert color="yellow" variant="light" icon={<IconAlertTriangle size={18} />} p="xs">{warning}</Alert>
    </Stack>
  )
}
