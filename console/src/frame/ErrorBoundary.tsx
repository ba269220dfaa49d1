import { Component, type ReactNode } from 'react'
import { Button, Center, Code, Stack, Text, Title } from '@mantine/core'
import { useCommon } from '@/i18n'

// A screen that fails must not take the frame with it.
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null }
  static getDerivedStateFromError(error: Error) { return { error } }
  override render() { return this.state.error ? <Crash error={this.state.error} /> : this.props.children }
}

function Crash({ error }: { error: Error }) {
  const t = useCommon()
  // A chunk of an older build is gone from the server.
  const stale = /dynamically imported module|preload/i.test(error.message)
  return (
    <Center mih={320} p="lg" role="alert">
      <Stack align="center" gap="xs">
        <Title order={2}>{t.problems.crash}</Title>
        {stale ? <Text c="dimmed">{t.problems.stale}</Text> : <Code block>{error.message}</Code>}
        <Button variant="default" mt="sm" onClick={() => location.reload()}>{t.problems.reload}</Button>
      </Stack>
    </Center>
  )
}
