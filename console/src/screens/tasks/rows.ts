// The list of tasks as data: which rows a live task belongs to, what is exported, and how a status is named. Pure.
import type { TaskRow } from '@/api/types'
import type { ExportColumn } from '@/export'
import { accountPath } from '@/scope'

export const filterNames = ['status', 'model', 'key', 'error_code', 'period', 'find'] as const
export type FilterName = (typeof filterNames)[number]
export type Filters = Record<FilterName, string>

const periods: Record<string, number> = { '1h': 3_600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 }

// A period ends now and begins at a whole minute, so that a view asks the same for a while.
export function createdAfter(period: string, now: number): string | undefined {
  const seconds = periods[period]
  return seconds === undefined
    ? undefined
    : new Date(Math.floor(now / 60_000) * 60_000 - seconds * 1000).toISOString()
}

// Where a task is shown: with its account. An account whose keys are all gone has an id only.
export const taskPath = ({ id, account }: Pick<TaskRow, 'id' | 'account'>) => `${accountPath(account.name || account.id)}/tasks/${id}`

// A cancelled task is "failed" to the API, since its contract knows three statuses; here it is called what it is.
export const shownStatus = ({ status, state }: Pick<TaskRow, 'status' | 'state'>) =>
  status === 'processing' || state === 'cancelled' ? state : status

// Whether a task that the stream tells of belongs to the list with these filters.
export function belongs(task: TaskRow, filters: Filters, book: string | null): boolean {
  if (filters.find !== '' && filters.find !== task.id) return false
  return (
    (book === null || task.book === book) &&
    (filters.status === '' || filters.status === task.status) &&
    (filters.model === '' || filters.model === task.model) &&
    (filters.key === '' || filters.key === task.key.id) &&
    (filters.error_code === '' || filters.error_code === String(task.error?.code))
  )
}

const credits = (microcredits: number) => microcredits / 1_000_000

export const exportColumns: ExportColumn<TaskRow>[] = [
  { name: 'id', value: ({ id }) => id },
  { name: 'created_at', value: (task) => task.created_at },
  { name: 'ended_at', value: (task) => task.ended_at },
  { name: 'account', value: ({ account }) => account.name },
  { name: 'mode', value: ({ book }) => book },
  { name: 'model', value: ({ model }) => model },
  { name: 'status', value: shownStatus },
  { name: 'seconds', value: ({ seconds }) => seconds },
  { name: 'credits', value: (task) => credits(task.captured_microcredits) },
  { name: 'key', value: ({ key }) => key.name || key.id },
  { name: 'error_code', value: ({ error }) => error?.code },
  { name: 'prompt', value: ({ prompt }) => prompt },
]
