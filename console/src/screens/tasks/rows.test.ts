import { describe, expect, it } from 'vitest'
import type { TaskRow } from '@/api/types'
import { toCsv } from '@/export'
import { belongs, createdAfter, exportColumns, type Filters, shownStatus } from './rows'

const none: Filters = { status: '', model: '', key: '', error_code: '', period: '', find: '' }
const task = {
  id: 'task_1',
  account: { id: 'acc_1', name: 'demo' },
  key: { id: 'key_1', name: '', last4: 'abcd' },
  book: 'test',
  model: 'm',
  status: 'failed',
  state: 'failed',
  created_at: '2026-03-01T10:00:00Z',
  ended_at: null,
  seconds: 1.5,
  captured_microcredits: 14_375_000,
  error: { code: 80003 },
  prompt: '=1+1',
} as TaskRow

describe('belongs', () => {
  it.each<[Partial<Filters>, string | null, boolean]>([
    [{}, null, true],
    [{}, 'test', true],
    [{}, 'live', false],
    [{ status: 'failed' }, null, true],
    [{ status: 'completed' }, null, false],
    [{ model: 'other' }, null, false],
    [{ key: 'key_1', error_code: '80003' }, null, true],
    [{ error_code: '80001' }, null, false],
    [{ find: 'task_1' }, null, true],
    [{ find: 'task_2' }, null, false],
  ])('%j in %s: %s', (filters, book, expected) => expect(belongs(task, { ...none, ...filters }, book)).toBe(expected))
})

it('a period begins at a whole minute', () => {
  expect(createdAfter('1h', Date.parse('2026-03-01T10:00:59Z'))).toBe('2026-03-01T09:00:00.000Z')
  expect(createdAfter('', 0)).toBeUndefined()
  expect(createdAfter('else', 0)).toBeUndefined()
})

it.each([
  ['processing', 'running', 'running'],
  ['failed', 'cancelled', 'cancelled'],
  ['failed', 'failed', 'failed'],
] as const)('%s, %s is shown as %s', (status, state, shown) => expect(shownStatus({ status, state })).toBe(shown))

it('exports what is shown', () => {
  expect(toCsv(exportColumns, [task]).split('\r\n')[1]).toBe(
    "task_1,2026-03-01T10:00:00Z,,demo,test,m,failed,1.5,14.375,key_1,80003,'=1+1",
  )
})
