import type { UsageReport, UsageSums } from '@/api/types'

const DAYS = 7
const DAY_MILLISECONDS = 86_400_000

// A bar for each day of the report, the server's days (UTC), also for those without a task.
export function daysOf(report: Pick<UsageReport, 'to' | 'data'>) {
  const end = Date.parse(report.to)
  const days = Array.from({ length: DAYS }, (_, at) => new Date(end - (DAYS - at) * DAY_MILLISECONDS).toISOString())
  return days.map((day) => {
    const found = report.data.find(({ start }) => start.slice(0, 10) === day.slice(0, 10))
    return { day, completed: found?.completed ?? 0, failed: found?.failed ?? 0 }
  })
}

export function successRate({ completed, failed }: Pick<UsageSums, 'completed' | 'failed'>) {
  return completed + failed > 0 ? completed / (completed + failed) : null
}
