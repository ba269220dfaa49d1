import { afterEach, expect, it, vi } from 'vitest'
import { MOST_PAGES, readAll } from './readAll'

afterEach(() => vi.unstubAllGlobals())

// A server with so many pages of one row each.
function serve(pages: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    const at = Number(new URLSearchParams(address.split('?')[1]).get('cursor') ?? 0)
    return new Response(JSON.stringify({ data: [at], next_cursor: at + 1 < pages ? String(at + 1) : null }))
  })
  return asked
}

it('reads every page of what was filtered', async () => {
  const asked = serve(3)
  expect(await readAll('/tasks', { status: 'failed' })).toEqual({ rows: [0, 1, 2], isCut: false })
  expect(asked).toHaveLength(3)
  expect(asked.every((address) => address.includes('status=failed') && address.includes('limit=100'))).toBe(true)
})

it('ends somewhere, and says so', async () => {
  const asked = serve(MOST_PAGES + 1)
  const { rows, isCut } = await readAll('/tasks', {})
  expect([rows.length, asked.length, isCut]).toEqual([MOST_PAGES, MOST_PAGES, true])
})
