// The money of one task: its entries in the order they happened, and whether they add up to what the task says. Pure.
import type { LedgerEntry, TaskRow } from '@/api/types'

export interface MoneyCheck {
  held: number
  captured: number
  released: number
  left: number // still held
  agrees: boolean
}

// A hold is worth what was captured, released and is still held; and an ended task holds nothing.
export function checkMoney(
  task: Pick<TaskRow, 'status' | 'captured_microcredits'>,
  entries: readonly LedgerEntry[],
): MoneyCheck {
  const sum = (type: string) =>
    entries.filter((entry) => entry.type === type).reduce((total, entry) => total + entry.moved_microcredits, 0)
  const [held, captured, released] = [sum('hold'), sum('capture'), sum('release')]
  const left = held - captured - released
  const ended = task.status !== 'processing'
  return {
    held,
    captured,
    released,
    left,
    agrees: left >= 0 && (!ended || left === 0) && captured === task.captured_microcredits,
  }
}
