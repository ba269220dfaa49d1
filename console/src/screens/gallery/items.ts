// The gallery's tiles: one an output, of what is still kept; and their rows for a given width. Pure.
import type { Output, TaskRow } from '@/api/types'

export interface Item {
  key: string
  task: TaskRow
  output: Output
  index: number
}

export function isExpired(task: Pick<TaskRow, 'expires_at'> | undefined, now: number): boolean {
  return task !== undefined && task.expires_at !== null && Date.parse(task.expires_at) <= now
}

// `kind`: image or video, or nothing for all.
export function itemsOf(tasks: readonly TaskRow[], kind: string, now: number): Item[] {
  return tasks
    .filter((task) => !isExpired(task, now))
    .flatMap((task) => task.outputs.map((output, index) => ({ key: `${task.id}/${index}`, task, output, index })))
    .filter(({ output }) => kind === '' || output.type.startsWith(`${kind}/`))
}

// As many columns as have at least `least` pixels, and never less than two.
export const columnsFor = (width: number, least: number, gap: number) =>
  Math.max(2, Math.floor((width + gap) / (least + gap)))

export function rowsOf<Thing>(items: readonly Thing[], columns: number): Thing[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, i) =>
    items.slice(i * columns, (i + 1) * columns),
  )
}

// Less than this is worth a warning.
const soonSeconds = 86_400

export function leftOf(expiresAt: string | null, now: number): { seconds: number; soon: boolean } | null {
  if (expiresAt === null) return null
  const seconds = Math.max(0, (Date.parse(expiresAt) - now) / 1000)
  return { seconds, soon: seconds < soonSeconds }
}
