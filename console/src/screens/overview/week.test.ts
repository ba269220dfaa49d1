import { expect, it } from 'vitest'
import type { UsageReport } from '@/api/types'
import { daysOf, successRate } from './week'

it('has a bar for every day up to the end of the report', () => {
  const report = { to: '2026-03-08T00:00:00Z', data: [{ start: '2026-03-07T00:00:00Z', completed: 3, failed: 1 }] }
  const days = daysOf(report as UsageReport)
  expect(days).toHaveLength(7)
  expect(days[0]).toEqual({ day: '2026-03-01T00:00:00.000Z', completed: 0, failed: 0 })
  expect(days[6]).toEqual({ day: '2026-03-07T00:00:00.000Z', completed: 3, failed: 1 })
})

it.each([
  [3, 1, 0.75],
  [0, 0, null],
])('of %d completed and %d failed', (completed, failed, rate) => expect(successRate({ completed, failed })).toBe(rate))
