import { describe, expect, it } from 'vitest'
import type { TaskRow } from '@/api/types'
import { columnsFor, itemsOf, leftOf, rowsOf } from './items'

const now = Date.parse('2026-03-01T00:00:00Z')
const task = (id: string, outputs: number, expires_at: string | null) =>
  ({ id, expires_at, outputs: Array.from({ length: outputs }, (_, i) => ({ url: `/${id}/${i}`, type: i === 0 ? 'image/png' : 'video/mp4' })) }) as TaskRow

it('one tile an output, of what is still there', () => {
  const tasks = [
    task('a', 2, '2026-03-02T00:00:00Z'),
    task('b', 1, '2026-02-28T00:00:00Z'),
    task('c', 0, null),
    task('d', 1, null),
  ]
  const keys = (kind: string) => itemsOf(tasks, kind, now).map(({ key }) => key)
  expect(keys('')).toEqual(['a/0', 'a/1', 'd/0'])
  expect(keys('video')).toEqual(['a/1'])
})

describe('the grid', () => {
  it.each([
    [340, 2],
    [800, 4],
    [1180, 6],
  ])('of %d pixels has %d columns', (width, columns) => expect(columnsFor(width, 180, 12)).toBe(columns))
  it('has every item once', () => expect(rowsOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]))
})

it.each([
  [null, null],
  ['2026-03-01T12:00:00Z', { seconds: 43_200, soon: true }],
  ['2026-03-03T00:00:00Z', { seconds: 172_800, soon: false }],
  ['2026-02-01T00:00:00Z', { seconds: 0, soon: true }],
])('what expires at %s', (at, expected) => expect(leftOf(at, now)).toEqual(expected))
