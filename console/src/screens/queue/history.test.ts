import { expect, it } from 'vitest'
import type { QueueReport } from '@/api/types'
import { addSample, mostSamples, type Sample, stepMilliseconds, toWindow } from './history'

const names = { waiting: 'w', running: 'r' }
const report = (waiting: number) => ({ waiting, running: 1 }) as QueueReport

it('a report holds until the next one', () => {
  const now = 1_000 * stepMilliseconds
  const samples: Sample[] = [
    { at: now - 10 * stepMilliseconds, waiting: 5, running: 1 },
    { at: now - 2 * stepMilliseconds, waiting: 7, running: 2 },
  ]
  const { starts, series } = toWindow(samples, now, names)
  expect(starts).toHaveLength(mostSamples)
  expect(starts.at(-1)).toBe(now)
  expect(series[0]!.values.slice(-12)).toEqual([0, 5, 5, 5, 5, 5, 5, 5, 5, 7, 7, 7])
})

it('keeps a bounded past', () => {
  let samples: Sample[] = []
  for (let i = 0; i < 3 * mostSamples; i += 1) samples = addSample(samples, report(i), i)
  expect(samples).toHaveLength(mostSamples)
  expect(samples.at(-1)!.waiting).toBe(3 * mostSamples - 1)
})
