import { describe, expect, it } from 'vitest'
import type { Attempt, Delivery, LedgerEntry, TaskDetail } from '@/api/types'
import { checkMoney } from './money'
import { layOut } from './waterfall'

const start = Date.parse('2026-03-01T10:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString()

function attempt(number: number, from: number, to: number | null, more: Partial<Attempt> = {}): Attempt {
  return {
    number,
    upstream: null,
    started_at: at(from),
    ended_at: to === null ? null : at(to),
    outcome: 'delivered',
    upstream_status: 200,
    wait_until: null,
    message: null,
    ...more,
  }
}

function task(more: Partial<TaskDetail>): TaskDetail {
  return {
    created_at: at(0),
    ended_at: null,
    status: 'processing',
    calls: [],
    deliveries: [],
    entries: [],
    ...more,
  } as TaskDetail
}

const rounded = (bars: { from: number; to: number }[]) =>
  bars.map(({ from, to }) => [from, to].map((x) => Math.round(x * 100) / 100))

describe('layOut', () => {
  it('shows a task that still waits for its turn', () => {
    const fall = layOut(task({}), start + 4_000)
    expect(fall.milliseconds).toBe(4_000)
    expect(fall.rows).toHaveLength(1)
    expect(fall.rows[0]!.bars).toEqual([{ kind: 'queued', from: 0, to: 1, milliseconds: 4_000, open: true }])
    expect(fall.end).toBeNull()
  })

  it('shows failures, the pauses behind them and the success', () => {
    const attempts = [
      attempt(1, 1, 2, { outcome: 'rejected', upstream_status: 503, wait_until: at(4) }),
      attempt(2, 5, 6, { outcome: 'rejected', upstream_status: 503, wait_until: at(8) }),
      attempt(3, 8, 10),
    ]
    const fall = layOut(
      task({ ended_at: at(10), status: 'completed', calls: [{ index: 0, attempts }] }),
      start + 99_000,
    )
    expect(fall.milliseconds).toBe(10_000)
    expect(fall.end).toBe(1)
    expect(fall.rows.map(({ bars }) => bars.map(({ kind }) => kind))).toEqual([
      ['queued'],
      ['failed', 'waiting'],
      ['failed', 'waiting'],
      ['delivered'],
    ])
    // The pause is as long as it was: until 5 s, though it was meant to end at 4 s.
    expect(rounded(fall.rows[1]!.bars)).toEqual([
      [0.1, 0.2],
      [0.2, 0.5],
    ])
  })

  it('ends a last pause with the task, and an attempt under way now', () => {
    const failed = [attempt(1, 0, 1, { outcome: 'rejected', wait_until: at(60) })]
    const ended = layOut(
      task({ ended_at: at(2), status: 'failed', calls: [{ index: 0, attempts: failed }] }),
      start + 99_000,
    )
    expect(rounded(ended.rows[1]!.bars)).toEqual([
      [0, 0.5],
      [0.5, 1],
    ])
    const running = layOut(
      task({ calls: [{ index: 0, attempts: [attempt(1, 1, null, { outcome: 'started' })] }] }),
      start + 5_000,
    )
    expect(running.rows[1]!.bars).toEqual([{ kind: 'running', from: 0.2, to: 1, milliseconds: 4_000, open: true }])
  })

  it('tells the storing of results from their making, and what was never sent', () => {
    const attempts = [
      attempt(1, 0, 1, { outcome: 'postponed', wait_until: at(2) }),
      attempt(2, 2, 10, { saving_at: at(8), accepted_at: at(3) }),
    ]
    const fall = layOut(task({ ended_at: at(10), status: 'completed', calls: [{ index: 0, attempts }] }), start)
    expect(fall.rows.map(({ bars }) => bars.map(({ kind }) => kind))).toEqual([
      ['queued'], ['postponed', 'waiting'], ['delivered', 'saving'],
    ])
    expect(rounded(fall.rows[2]!.bars)).toEqual([[0.2, 0.8], [0.8, 1]])
  })

  it('keeps every bar on the axis and in order', () => {
    const calls = Array.from({ length: 4 }, (_, index) => ({
      index,
      attempts: [attempt(1, index, index + 3), attempt(2, index + 4, null)],
    }))
    for (const row of layOut(task({ calls }), start + 2_000).rows) {
      for (const { from, to } of row.bars) {
        expect(from).toBeGreaterThanOrEqual(0)
        expect(to).toBeLessThanOrEqual(1)
        expect(from).toBeLessThanOrEqual(to)
      }
    }
  })

  it('does not squeeze the task for a webhook that is tried hours later', () => {
    const tries = [0.5, 7_200].map((after) => ({
      at: at(10 + after),
      status: after > 1 ? 200 : 500,
      error: null,
      seconds: 0.5,
      response: null,
    }))
    const delivery = { id: 'd', attempts: tries } as Delivery
    const fall = layOut(
      task({
        ended_at: at(10),
        status: 'completed',
        calls: [{ index: 0, attempts: [attempt(1, 0, 10)] }],
        deliveries: [delivery],
      }),
      start,
    )
    expect(fall.milliseconds).toBe(11_000)
    expect(
      fall.rows.slice(2).map((row) => row.kind === 'webhook' && [row.late, row.bars.map(({ kind }) => kind)]),
    ).toEqual([
      [false, ['webhook_failed']],
      [true, []],
    ])
  })

  it('has an axis even for a task that ended at once', () => {
    const fall = layOut(task({ ended_at: at(0), status: 'failed' }), start)
    expect(fall.milliseconds).toBeGreaterThan(0)
    expect(fall.ticks[0]).toEqual({ at: 0, milliseconds: 0 })
  })
})

describe('checkMoney', () => {
  const entry = (type: string, amount: number) =>
    ({
      type,
      amount_microcredits: type === 'capture' ? 0 : amount,
      moved_microcredits: Math.abs(amount),
    }) as LedgerEntry
  it.each([
    ['processing', 0, [entry('hold', -10)], true, 10],
    ['completed', 10, [entry('hold', -10), entry('capture', 10)], true, 0],
    ['completed', 4, [entry('hold', -10), entry('capture', 4), entry('release', 6)], true, 0],
    ['failed', 0, [entry('hold', -10), entry('release', 10)], true, 0],
    ['failed', 0, [entry('hold', -10)], false, 10],
    ['completed', 10, [entry('hold', -10), entry('capture', 9), entry('release', 1)], false, 0],
    ['failed', 0, [entry('hold', -10), entry('release', 11)], false, -1],
  ] as const)('%s, %d captured, %j: %s', (status, captured_microcredits, entries, agrees, left) => {
    expect(checkMoney({ status, captured_microcredits }, entries)).toMatchObject({ agrees, left })
  })
})
