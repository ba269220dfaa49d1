import type { ReactNode } from 'react'
import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconAlertCircle, type Icon } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { ApiError } from '@/api/client'
import { useCommon } from '@/i18n'
import { CopyId } from './small'
import classes from './notices.module.css'

// What the server said, with what helps to find out more.
export function ErrorNotice({ error, retry }: { error: ApiError; retry?: () => void }) {
  const t = useCommon()
  if (error.status === 404 && !error.param) return <NotFound />
  return (
    <Alert className={classes.error} color="red" variant="light" role="alert" icon={<IconAlertCircle size={18} />}
      title={error.code ? `${t.problems.title} (${error.code})` : t.problems.title}>
      <Stack gap={6}>
        <span className="breaks">{error.status === 0 ? t.problems.unreachable : error.message}</span>
        <Group gap="md">
          {error.requestId && <Text span size="xs" c="dimmed">{t.problems.requestId} <CopyId id={error.requestId} /></Text>}
          {error.docUrl && <Anchor size="xs" href={error.docUrl} target="_blank">{t.problems.meaning}</Anchor>}
          {retry && <Button size="compact-xs" variant="default" onClick={retry}>{t.retry}</Button>}
        </Group>
      </Stack>
    </Alert>
  )
}

// In the place of a list without rows: what would be here, and the way to the first.
export function EmptyState({ icon: Picture, title, children, action }: { icon: Icon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.empty}>
      <span className={classes.picture}><Picture size={22} stroke={1.6} aria-hidden /></span>
      <Text fw={600} size="md">{title}</Text>
      {children && <Text component="div" c="dimmed" size="sm" maw={440}>{children}</Text>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  )
}

export function NotFound() {
  const t = useCommon()
  return (
    <Stack align="center" gap="xs" py={80}>
      <Text className={classes.number} aria-hidden>404</Text>
      <Title order={2}>{t.problems.notFoundTitle}</Title>
      <Text c="dimmed" ta="center">{t.problems.notFound}</Text>
      <Button mt="sm" variant="default" component={Link} href="/">{t.problems.goBack}</Button>
    </Stack>
  )
}
