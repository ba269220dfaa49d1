// Where the time of a task went: one row an attempt, bars on one axis, and the words beside them.
import { Badge, Group, Text, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { TaskDetail } from '@/api/types'
import { useFormat } from '@/format'
import { checkMoney } from './money'
import { shownStatus } from './rows'
import classes from './waterfall.module.css'
import { useTaskTexts } from './texts'
import { type Bar, isDelivered, layOut, type Row } from './waterfall'

const tickMilliseconds = 250

// The present, while something is under way.
function useNow(going: boolean) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!going) return
    const timer = setInterval(() => setNow(Date.now()), tickMilliseconds)
    return () => clearInterval(timer)
  }, [going])
  return now
}

export function Waterfall({ task }: { task: TaskDetail }) {
  const t = useTaskTexts()
  const format = useFormat()
  const now = useNow(task.status === 'processing')
  const fall = layOut(task, now)
  const percent = (share: number) => `${100 * share}%`
  const kinds = [...new Set(fall.rows.flatMap(({ bars }) => bars.map(({ kind }) => kind)))]
  return (
    <div className={classes.fall}>
      <div className={classes.axis} aria-hidden>
        {fall.ticks.map(({ at, milliseconds }) => (
          <span
            key={milliseconds}
            className={classes.tick}
            style={{ left: percent(at) }}
            data-last={at > 0.94 || undefined}
          >
            {milliseconds === 0 ? '0' : format.duration(milliseconds / 1000)}
          </span>
        ))}
      </div>
      <ol className={classes.rows}>
        {fall.rows.map((row, i) => (
          <li key={i} className={classes.row}>
            <RowWords row={row} calls={fall.calls} task={task} />
            <div className={classes.track}>
              {fall.ticks.map(({ at }) => (
                <span key={at} className={classes.line} style={{ left: percent(at) }} aria-hidden />
              ))}
              {fall.end !== null && (
                <span
                  className={classes.end}
                  style={{ left: percent(fall.end) }}
                  data-status={shownStatus(task)}
                  aria-hidden
                />
              )}
              {row.bars.map((bar, place) => (
                <OneBar key={place} bar={bar} />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <Group gap="md" mt="sm">
        {kinds.map((kind) => (
          <Group key={kind} gap={6} wrap="nowrap">
            <span className={classes.swatch} data-kind={kind} aria-hidden />
            <Text size="xs" c="dimmed">
              {t.bars[kind]}
            </Text>
          </Group>
        ))}
        {fall.end !== null && <EndNote task={task} />}
      </Group>
    </div>
  )
}

function OneBar({ bar }: { bar: Bar }) {
  const t = useTaskTexts()
  const format = useFormat()
  const length = format.duration(bar.milliseconds / 1000)
  const label = `${t.bars[bar.kind]}: ${length}`
  return (
    <Tooltip label={label} openDelay={0} transitionProps={{ duration: 0 }}>
      <span
        className={classes.bar}
        data-kind={bar.kind}
        data-open={bar.open || undefined}
        role="img"
        aria-label={label}
        style={{ left: `${100 * bar.from}%`, width: `max(3px, ${100 * (bar.to - bar.from)}%)` }}
      >
        {bar.to - bar.from > 0.12 && (
          <span className={classes.length} aria-hidden>
            {length}
          </span>
        )}
      </span>
    </Tooltip>
  )
}

// Who was asked and what came of it: the vendors' names and words are there for operators only.
function RowWords({ row, calls, task }: { row: Row; calls: number; task: TaskDetail }) {
  const t = useTaskTexts()
  const format = useFormat()
  if (row.kind === 'queue')
    return (
      <div className={classes.words}>
        <Text size="sm">{t.rows.queue}</Text>
      </div>
    )
  if (row.kind === 'webhook') {
    const one = row.delivery.attempts[row.place]!
    const after = task.ended_at === null ? 0 : (Date.parse(one.at) - Date.parse(task.ended_at)) / 1000
    return (
      <div className={classes.words}>
        <Text size="sm">{t.rows.webhook(row.place + 1)}</Text>
        <Group gap={6}>
          <Outcome
            good={row.bars.some(({ kind }) => kind === 'webhook') || (one.status !== null && one.status < 300)}
            text={one.status === null ? (one.error ?? '–') : t.statusIs(one.status)}
          />
          {row.late && (
            <Text size="xs" c="dimmed">
              {t.later(format.duration(after))}
            </Text>
          )}
        </Group>
      </div>
    )
  }
  const { attempt, call } = row
  const outcome = t.outcomes[attempt.outcome] ?? attempt.outcome
  return (
    <div className={classes.words}>
      <Text size="sm">
        {calls > 1 ? t.rows.attemptOfCall(call + 1, attempt.number) : t.rows.attempt(attempt.number)}
      </Text>
      <Group gap={6}>
        <Outcome
          good={isDelivered(attempt.outcome)}
          open={attempt.ended_at === null}
          text={attempt.upstream_status === null ? outcome : `${outcome}, ${attempt.upstream_status}`}
        />
        {attempt.upstream && (
          <Text size="xs" c="dimmed" ff="monospace">
            {attempt.upstream}
          </Text>
        )}
      </Group>
      {attempt.message && (
        <Text size="xs" c="dimmed" className={classes.message} title={attempt.message}>
          {attempt.message}
        </Text>
      )}
    </div>
  )
}

function Outcome({ good, open = false, text }: { good: boolean; open?: boolean; text: string }) {
  return (
    <Badge size="sm" color={open ? 'blue' : good ? 'teal' : 'red'}>
      {text}
    </Badge>
  )
}

// How it ended, and what that meant for the money.
function EndNote({ task }: { task: TaskDetail }) {
  const t = useTaskTexts()
  const format = useFormat()
  const { captured, released } = checkMoney(task, task.entries)
  const settled = [
    captured > 0 && t.settled.charged(format.credits(captured)),
    released > 0 && t.settled.returned(format.credits(released)),
  ]
  const words = [t.ends[shownStatus(task)] ?? shownStatus(task), ...settled.filter((word) => word !== false)]
  return (
    <Group gap={6} wrap="nowrap">
      <span className={classes.endSwatch} data-status={shownStatus(task)} aria-hidden />
      <Text size="xs" c="dimmed">
        {words.join(', ')}
      </Text>
    </Group>
  )
}
