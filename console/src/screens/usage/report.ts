// A report of usage as the page shows it: the time it covers, the sums of each name, whole series. Pure.
import type { UsagePoint, UsageReport, UsageSums } from '@/api/types'
import { day, hour, type Series, startsBetween, toSeries } from '@/charts/time'

export const measures = ['captured_microcredits', 'tasks', 'outputs', 'failed'] as const
export type Measure = (typeof measures)[number]
export const periods = ['24h', '7d', '30d', '90d'] as const
export type Period = (typeof periods)[number]

const lengths: Record<Period, { groupBy: 'hour' | 'day'; count: number }> = {
  '24h': { groupBy: 'hour', count: 24 },
  '7d': { groupBy: 'day', count: 7 },
  '30d': { groupBy: 'day', count: 30 },
  '90d': { groupBy: 'day', count: 90 },
}
const mostSeries = 7

// Whole hours or days, the present one included.
export function rangeOf(period: Period, now: number): { from: string; to: string; group_by: 'hour' | 'day' } {
  const { groupBy, count } = lengths[period]
  const step = groupBy === 'hour' ? hour : day
  const to = (Math.floor(now / step) + 1) * step
  return { from: new Date(to - count * step).toISOString(), to: new Date(to).toISOString(), group_by: groupBy }
}

export const stepOf = ({ group_by: groupBy }: Pick<UsageReport, 'group_by'>) => (groupBy === 'hour' ? hour : day)

export const startsOf = (report: UsageReport) =>
  startsBetween(Date.parse(report.from), Date.parse(report.to), stepOf(report))

export function seriesOf(report: UsageReport, measure: Measure, rest: string): Series[] {
  const points = report.data.map((point) => ({ start: point.start, name: point.name, value: point[measure] }))
  return toSeries(points, startsOf(report), mostSeries, rest)
}

export interface NamedSums extends UsageSums {
  name: string
}

function add(a: UsageSums, b: UsageSums): UsageSums {
  const names = Object.keys(a) as (keyof UsageSums)[]
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as UsageSums
}

// What each name comes to over the whole time, the largest by that measure first.
export function sumsByName(report: UsageReport, measure: Measure): NamedSums[] {
  const sums = new Map<string, UsageSums>()
  for (const { start: _, name, ...point } of report.data as UsagePoint[]) {
    const known = sums.get(name ?? '')
    sums.set(name ?? '', known ? add(known, point) : point)
  }
  return [...sums].map(([name, all]) => ({ name, ...all })).sort((a, b) => b[measure] - a[measure])
}

// Of what has ended; nothing ended has no rate.
export function successRate({ completed, failed }: Pick<UsageSums, 'completed' | 'failed'>): number | null {
  return completed + failed === 0 ? null : completed / (completed + failed)
}
