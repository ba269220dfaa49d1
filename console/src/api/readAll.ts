// A whole list, not only what has been scrolled to: page after page, newest first, up to a bound.
import { call, type Query } from './client'
import type { List } from './types'

const ROWS_A_PAGE = 100
// A filter that finds little has short pages, so it is pages that are counted.
export const MOST_PAGES = 100

// `isCut`: there was more.
export async function readAll<T>(path: string, query: Query): Promise<{ rows: T[]; isCut: boolean }> {
  const rows: T[] = []
  let cursor: string | null = null
  for (let pages = 0; pages === 0 || (cursor !== null && pages < MOST_PAGES); pages += 1) {
    const page: List<T> = await call<List<T>>('GET', path, { query: { ...query, cursor, limit: ROWS_A_PAGE } })
    rows.push(...page.data)
    cursor = page.next_cursor
  }
  return { rows, isCut: cursor !== null }
}
