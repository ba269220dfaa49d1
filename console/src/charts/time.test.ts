import { describe, expect, it } from 'vitest'
import { day, durationTicks, histogram, hour, niceStep, stack, startsBetween, toSeries } from './time'

describe('niceStep', () => {
  it.each([
    [0, 5, 1],
    [900, 5, 200],
    [3_000, 6, 1_000 / 2],
    [60_000, 6, 10_000],
    [61_000, 6, 15_000],
    [hour, 4, 15 * 60_000],
    [30 * day, 10, 7 * day],
    [3_000 * day, 10, 300 * day],
  ])('cuts %d into at most %d parts by %d', (span, most, step) => {
    expect(niceStep(span, most)).toBe(step)
    expect(span / step).toBeLessThanOrEqual(most)
  })
})

describe('durationTicks', () => {
  it('starts with the start and never passes the end', () => {
    expect(durationTicks(2_400, 5)).toEqual([0, 500, 1_000, 1_500, 2_000])
    expect(durationTicks(0, 5)).toEqual([0])
  })
})

describe('histogram', () => {
  const kinds = ['good', 'bad'] as const
  it('is empty for nothing', () => expect(histogram([], kinds, 10)).toEqual([]))
  it('counts every item once and keeps to the bound', () => {
    const items = Array.from({ length: 97 }, (_, i) => ({ at: 1_000_003 + i * 7_919, kind: kinds[i % 2]! }))
    for (const most of [2, 10, 40]) {
      const buckets = histogram(items, kinds, most)
      expect(buckets.length).toBeLessThanOrEqual(most)
      expect(buckets.reduce((sum, { counts }) => sum + counts.good + counts.bad, 0)).toBe(97)
      expect(buckets[0]!.start).toBeLessThanOrEqual(items[0]!.at)
      expect(buckets.at(-1)!.end).toBeGreaterThan(items.at(-1)!.at)
    }
  })
  it('has one bucket for one moment', () => {
    expect(histogram([{ at: 5_500, kind: 'good' }], kinds, 10)).toHaveLength(1)
  })
})

describe('startsBetween', () => {
  it('takes the part that from lies in, and not the one that begins at to', () => {
    const from = Date.parse('2026-03-01T10:30:00Z')
    expect(
      startsBetween(from, Date.parse('2026-03-03T00:00:00Z'), day).map((at) => new Date(at).toISOString()),
    ).toEqual(['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'])
  })
})

describe('toSeries', () => {
  const starts = [0, hour, 2 * hour]
  const at = (place: number) => new Date(starts[place]!).toISOString()
  it('fills gaps with zeros and puts the largest first', () => {
    const points = [
      { start: at(0), name: 'small', value: 1 },
      { start: at(2), name: 'large', value: 5 },
      { start: at(0), name: 'large', value: 2 },
    ]
    expect(toSeries(points, starts, 5, 'others')).toEqual([
      { name: 'large', values: [2, 0, 5] },
      { name: 'small', values: [1, 0, 0] },
    ])
  })
  it('adds up what is beyond the bound and loses nothing', () => {
    const points = ['a', 'b', 'c', 'd'].map((name, i) => ({ start: at(1), name, value: 10 - i }))
    expect(toSeries(points, starts, 3, 'others')).toEqual([
      { name: 'a', values: [0, 10, 0] },
      { name: 'b', values: [0, 9, 0] },
      { name: 'others', values: [0, 15, 0] },
    ])
  })
  it('passes over points outside of the axis', () => {
    expect(toSeries([{ start: '2026-01-01T00:00:00Z', name: null, value: 1 }], starts, 3, 'others')).toEqual([])
  })
})

describe('stack', () => {
  it('adds each to those below', () => {
    expect(
      stack([
        { name: 'a', values: [1, 2] },
        { name: 'b', values: [3, 0] },
      ]),
    ).toEqual([
      [1, 2],
      [4, 2],
    ])
    expect(stack([])).toEqual([])
  })
})
