// What came of the request: how far it is, the pictures and films, or why there are none.
import { useEffect, useState } from 'react'
import { Alert, Anchor, Badge, Box, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { IconAlertCircle, IconPhotoSpark } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { ModelCard, TaskDetail } from '@/api/types'
import { useChange } from '@/api/hooks'
import { CopyId, EmptyState } from '@/components'
import { useFormat } from '@/format'
import { Outputs } from '@/media/Outputs'
import { useScope } from '@/scope'
import { usePlaygroundTexts } from './fields/common'
import classes from './playground.module.css'

const tickMilliseconds = 100

// Seconds since `start`, while it goes on.
function useElapsed(start: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (start === null) return
    const timer = setInterval(() => setNow(Date.now()), tickMilliseconds)
    return () => clearInterval(timer)
  }, [start])
  return start === null ? 0 : Math.max(0, (now - start) / 1000)
}

interface Props {
  task: TaskDetail | null
  startedAt: number | null
  model: ModelCard
}

export function ResultPane({ task, startedAt, model }: Props) {
  const t = usePlaygroundTexts()
  if (!task && startedAt === null) {
    return (
      <Box className={classes.blank}>
        <EmptyState icon={IconPhotoSpark} title={t.emptyTitle}>
          {t.emptyText}
        </EmptyState>
      </Box>
    )
  }
  return (
    <Stack gap="md" aria-live="polite">
      {startedAt !== null && (
        <Running start={startedAt} state={task?.state ?? 'queued'} typical={model.typical_seconds} />
      )}
      {task?.status === 'failed' && <Failure task={task} />}
      {task && task.outputs.length > 0 && <Outputs outputs={task.outputs} prompt={task.prompt} />}
      {task && <Facts task={task} />}
    </Stack>
  )
}

function Facts({ task }: { task: TaskDetail }) {
  const t = usePlaygroundTexts()
  const { api, home } = useScope()
  const format = useFormat()
  const cancel = useChange('POST', `${api}/tasks/${task.id}/cancel`, [`${api}/tasks`])
  const ended = task.status !== 'processing'
  return (
    <Group justify="space-between" gap="sm">
      <Group gap="sm">
        {ended && task.seconds !== null && <Badge color="gray">{t.tookSeconds(format.duration(task.seconds))}</Badge>}
        {ended && (
          <Text size="sm" className="tabular">
            {t.price(format.credits(task.captured_microcredits))}
          </Text>
        )}
        <CopyId id={task.id} short />
      </Group>
      <Group gap="xs">
        {!ended && (
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({})}>
            {t.cancelTask}
          </Button>
        )}
        <Button size="xs" variant="default" component={Link} href={`${home}/tasks/${task.id}`}>
          {t.openTask}
        </Button>
      </Group>
    </Group>
  )
}

// It comes near the end and never reaches it: nobody knows when a vendor is done.
const share = (elapsed: number, typical: number) => 100 * (1 - Math.exp((-2.2 * elapsed) / Math.max(typical, 1)))

function Running({ start, state, typical }: { start: number; state: string; typical: number | null }) {
  const t = usePlaygroundTexts()
  const format = useFormat()
  const elapsed = useElapsed(start)
  // To the second for those who are read to.
  const now = format.duration(Math.floor(elapsed))
  return (
    <Box className={classes.running}>
      <Stack gap={10} w="100%" maw={360} align="center">
        <Text fw={600}>{t.states[state] ?? t.running}</Text>
        <Progress
          value={typical === null ? 100 : share(elapsed, typical)}
          animated
          striped
          w="100%"
          color="safelight"
          aria-label={t.running}
        />
        <Text size="sm" c="dimmed" className="tabular" aria-live="off">
          {typical === null ? t.elapsedOnly(now) : t.elapsed(now, format.duration(typical))}
        </Text>
      </Stack>
    </Box>
  )
}

function Failure({ task }: { task: TaskDetail }) {
  const t = usePlaygroundTexts()
  const format = useFormat()
  const { error } = task
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertCircle size={18} />}
      title={`${t.failedTitle}${error ? ` (${error.code})` : ''}`}
      role="alert"
    >
      <Stack gap={6}>
        {error && <span className="breaks">{error.message}</span>}
        <Text size="sm">
          {task.captured_microcredits === 0
            ? t.refunded
            : `${t.charged(format.credits(task.captured_microcredits))}.`}{' '}
          {error && (
            <Anchor inherit href={error.doc_url} target="_blank" rel="noreferrer">
              {error.name}
            </Anchor>
          )}
        </Text>
      </Stack>
    </Alert>
  )
}
