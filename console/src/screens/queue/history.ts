// The last minutes of the queue as the page has seen them. Reports come when something changes; between two the first
// one holds. Pure.
import type { QueueReport } from '@/api/types'
import type { Series } from '@/charts/time'

export interface Sample {
  at: number
  waiting: number
  running: number
}

export const stepMilliseconds = 2_000
export const mostSamples = 120

export function addSample(samples: readonly Sample[], report: QueueReport, at: number): Sample[] {
  return [...samples, { at, waiting: report.waiting, running: report.running }].slice(-mostSamples)
}

// One value for each step of the window that ends now.
export function toWindow(
  samples: readonly Sample[],
  now: number,
  names: { waiting: string; running: string },
): { starts: number[]; series: Series[] } {
  const end = Math.floor(now / stepMilliseconds) * stepMilliseconds
  const starts = Array.from({ length: mostSamples }, (_, i) => end - (mostSamples - 1 - i) * stepMilliseconds)
  let place = -1
  const seen = starts.map((start) => {
    while (place + 1 < samples.length && samples[place + 1]!.at < start + stepMilliseconds) place += 1
    return place < 0 ? { waiting: 0, running: 0 } : samples[place]!
  })
  return {
    starts,
    series: [
      { name: names.waiting, values: seen.map(({ waiting }) => waiting) },
      { name: names.running, values: seen.map(({ running }) => running) },
    ],
  }
}
