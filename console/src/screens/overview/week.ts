import { useState } from 'react'
import { useGet } from '@/api/hooks'
import type { Book, UsageReport, UsageSums } from '@/api/types'

const DAYS = 7
const DAY_MILLISECONDS = 86_400_000

// The days from six before today on, as the server cuts them (UTC).
function lastDays() {
  const today = Math.floor(Date.now() / DAY_MILLISECONDS) * DAY_MILLISECONDS
  return Array.from({ length: DAYS }, (_, at) => new Date(today - (DAYS - 1 - at) * DAY_MILLISECONDS).toISOString())
}

export function useWeek(api: string, book: Book) {
  const [days] = useState(lastDays)
  const [to] = useState(() => new Date(Math.ceil(Date.now() / DAY_MILLISECONDS) * DAY_MILLISECONDS).toISOString())
  const usage = useGet<UsageReport>(`${api}/usage`, { query: { from: days[0], to, group_by: 'day', split_by: 'none', book } })
  const points = days.map((day) => {
    const found = usage.data?.data.find(({ start }) => start.slice(0, 10) === day.slice(0, 10))
    return { day, completed: found?.completed ?? 0, failed: found?.failed ?? 0 }
  })
  return { ...usage, points, totals: usage.data?.totals }
}

export function successRate({ completed, failed }: Pick<UsageSums, 'completed' | 'failed'>) {
  return completed + failed > 0 ? completed / (completed + failed) : null
}
