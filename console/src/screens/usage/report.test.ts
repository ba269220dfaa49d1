import { describe, expect, it } from 'vitest'
import type { UsageReport, UsageSums } from '@/api/types'
import { rangeOf, seriesOf, startsOf, successRate, sumsByName } from './report'

const sums = (tasks: number): UsageSums => ({
  tasks,
  completed: tasks,
  failed: 0,
  cancelled: 0,
  outputs: tasks,
  held_microcredits: tasks * 10,
  captured_microcredits: tasks * 10,
  refunded_microcredits: 0,
  unsettled_microcredits: 0,
})
const point = (start: string, name: string, tasks: number) => ({ start, name, ...sums(tasks) })
const report: UsageReport = {
  from: '2026-03-01T00:00:00Z',
  to: '2026-03-04T00:00:00Z',
  group_by: 'day',
  split_by: 'model',
  totals: sums(10),
  data: [
    point('2026-03-01T00:00:00Z', 'a', 1),
    point('2026-03-03T00:00:00Z', 'a', 2),
    point('2026-03-03T00:00:00Z', 'b', 7),
  ],
}

describe('rangeOf', () => {
  const now = Date.parse('2026-03-10T15:20:00Z')
  it.each([
    ['24h', '2026-03-09T16:00:00.000Z', '2026-03-10T16:00:00.000Z', 'hour'],
    ['7d', '2026-03-04T00:00:00.000Z', '2026-03-11T00:00:00.000Z', 'day'],
    ['30d', '2026-02-09T00:00:00.000Z', '2026-03-11T00:00:00.000Z', 'day'],
  ] as const)('%s', (period, from, to, group_by) => expect(rangeOf(period, now)).toEqual({ from, to, group_by }))
})

it('the chart has every day', () => {
  expect(startsOf(report)).toHaveLength(3)
  expect(seriesOf(report, 'tasks', 'others')).toEqual([
    { name: 'b', values: [0, 0, 7] },
    { name: 'a', values: [1, 0, 2] },
  ])
})

it('the sums of the names come to the totals', () => {
  const rows = sumsByName(report, 'captured_microcredits')
  expect(rows.map(({ name, tasks }) => [name, tasks])).toEqual([
    ['b', 7],
    ['a', 3],
  ])
  expect(rows.reduce((total, row) => total + row.captured_microcredits, 0)).toBe(report.totals.captured_microcredits)
})

it.each([
  [0, 0, null],
  [3, 1, 0.75],
])('of %d and %d: %s', (completed, failed, rate) => expect(successRate({ completed, failed })).toBe(rate))
