// The life of a task as rows of bars on one axis: the wait for its turn, each attempt with the pause behind it, and
// the webhooks after its end. Pure; times are milliseconds since 1970, places are shares of the axis from 0 to 1.
import type { Attempt, Delivery, TaskDetail } from '@/api/types'
import { durationTicks } from '@/charts/time'

export type BarKind =
  | 'queued' | 'postponed' | 'running' | 'delivered' | 'saving' | 'failed' | 'waiting' | 'webhook' | 'webhook_failed'

export interface Bar {
  kind: BarKind
  from: number
  to: number
  milliseconds: number
  open: boolean // it goes on: its end is now
}
export type Row =
  | { kind: 'queue'; bars: Bar[] }
  | { kind: 'attempt'; call: number; attempt: Attempt; bars: Bar[] }
  | { kind: 'webhook'; delivery: Delivery; place: number; bars: Bar[]; late: boolean }
export interface Waterfall {
  milliseconds: number // of the whole axis
  rows: Row[]
  ticks: { at: number; milliseconds: number }[]
  end: number | null // where the task ended
  calls: number
}

// Nothing on the axis is narrower to the eye than this; the layout keeps true lengths and the page adds a least width.
const leastSpan = 50
// Webhooks are tried for days. The axis shows those within this multiple of the task's own time, or a few seconds.
const webhookShare = 0.5
const webhookLeast = 2_000
const mostTicks = 6

const time = (text: string) => Date.parse(text)
// What counts as success among the outcomes of an attempt.
export const isDelivered = (outcome: string) => outcome === 'delivered'
export const isOpen = (attempt: Attempt) => attempt.ended_at === null

interface Span {
  kind: BarKind
  start: number
  end: number
  open?: boolean
}

function queueSpan(task: TaskDetail, now: number): Span {
  const starts = task.calls.flatMap(({ attempts }) => attempts.map(({ started_at: at }) => time(at)))
  const began = starts.length > 0 ? Math.min(...starts) : null
  const end = began ?? (task.ended_at === null ? now : time(task.ended_at))
  return { kind: 'queued', start: time(task.created_at), end, open: began === null && task.ended_at === null }
}

// What became of the attempt, up to the moment from which its results were stored.
function mainKind({ outcome, ended_at: end }: Attempt): BarKind {
  if (outcome === 'postponed') return 'postponed'
  if (end === null) return 'running'
  return isDelivered(outcome) ? 'delivered' : 'failed'
}

// The attempt with the storing of its results, then the pause until the next one: as long as it really was, else as
// long as it is meant to be.
function attemptSpans(attempts: readonly Attempt[], place: number, task: TaskDetail, now: number): Span[] {
  const attempt = attempts[place]!
  const start = time(attempt.started_at)
  const taskEnd = task.ended_at === null ? now : time(task.ended_at)
  const open = attempt.ended_at === null && task.ended_at === null
  const end = attempt.ended_at === null ? Math.max(start, taskEnd) : time(attempt.ended_at)
  const stored = attempt.saving_at ? Math.min(end, Math.max(start, time(attempt.saving_at))) : null
  const spans: Span[] = stored === null
    ? [{ kind: mainKind(attempt), start, end, open }]
    : [{ kind: 'delivered', start, end: stored }, { kind: 'saving', start: stored, end, open }]
  const next = attempts[place + 1]
  const meant = attempt.wait_until === null ? null : Math.min(time(attempt.wait_until), taskEnd)
  const resumed = next ? time(next.started_at) : meant
  if (attempt.ended_at !== null && resumed !== null && resumed > end) {
    spans.push({ kind: 'waiting', start: end, end: resumed, open: next === undefined && task.ended_at === null })
  }
  return spans
}

export function layOut(task: TaskDetail, now: number): Waterfall {
  const start = time(task.created_at)
  const ended = task.ended_at === null ? null : time(task.ended_at)
  const attemptRows = task.calls.flatMap(({ index, attempts }) =>
    attempts.map((attempt, i) => ({ call: index, attempt, spans: attemptSpans(attempts, i, task, now) })),
  )
  const queue = queueSpan(task, now)
  const ends = [queue, ...attemptRows.flatMap(({ spans }) => spans)].map(({ end }) => end)
  const ownEnd = Math.max(ended ?? now, ...ends, start + leastSpan)

  const tries = task.deliveries.flatMap((delivery) =>
    delivery.attempts.map((attempt, i) => ({
      delivery,
      place: i,
      start: time(attempt.at),
      end: time(attempt.at) + attempt.seconds * 1000,
      kind:
        attempt.status !== null && attempt.status >= 200 && attempt.status < 300
          ? ('webhook' as const)
          : ('webhook_failed' as const),
    })),
  )
  const limit = ownEnd + Math.max((ownEnd - start) * webhookShare, webhookLeast)
  const axisEnd = Math.max(ownEnd, ...tries.map(({ end }) => end).filter((end) => end <= limit))

  const span = axisEnd - start
  const share = (at: number) => Math.min(1, Math.max(0, (at - start) / span))
  const bar = ({ kind, start: from, end, open = false }: Span): Bar => ({
    kind,
    from: share(from),
    to: share(end),
    milliseconds: end - from,
    open,
  })
  return {
    milliseconds: span,
    rows: [
      { kind: 'queue', bars: [bar(queue)] },
      ...attemptRows.map(({ call, attempt, spans }): Row => ({
        kind: 'attempt',
        call,
        attempt,
        bars: spans.map(bar),
      })),
      ...tries.map(({ delivery, place, ...one }): Row => ({
        kind: 'webhook',
        delivery,
        place,
        late: one.start > axisEnd,
        bars: one.start > axisEnd ? [] : [bar(one)],
      })),
    ],
    ticks: durationTicks(span, mostTicks).map((milliseconds) => ({ at: milliseconds / span, milliseconds })),
    end: ended === null ? null : share(ended),
    calls: task.calls.length,
  }
}
