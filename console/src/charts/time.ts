// Times of charts: readable steps of an axis, buckets, and the gaps that a report leaves out. Pure; times are
// milliseconds since 1970 unless they are named otherwise.

const second = 1000
const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second,
  minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
  hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour,
  day, 2 * day, 7 * day, 14 * day, 30 * day,
]

// The smallest readable step that cuts `span` into at most `most` parts.
export function niceStep(span: number, most: number): number {
  const longest = steps[steps.length - 1]!
  return steps.find((step) => span / step <= most) ?? longest * Math.ceil(span / longest / most)
}

// Offsets from the start of a span, the start itself included.
export function durationTicks(span: number, most: number): number[] {
  if (span <= 0) return [0]
  const step = niceStep(span, most)
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => i * step)
}

export interface Bucket<Kind extends string> {
  start: number
  end: number
  counts: Record<Kind, number>
}

// Counts of what happened when, by kind, in at most `most` buckets of one readable width that cover every item.
export function histogram<Kind extends string>(
  items: readonly { at: number; kind: Kind }[],
  kinds: readonly Kind[],
  most: number,
): Bucket<Kind>[] {
  if (items.length === 0) return []
  const times = items.map(({ at }) => at)
  const first = Math.min(...times)
  const last = Math.max(...times)
  // One part less, since a span that does not start on a step touches one more.
  const width = niceStep(Math.max(last - first, second), most - 1)
  const start = Math.floor(first / width) * width
  const size = Math.floor((last - start) / width) + 1
  const buckets = Array.from({ length: size }, (_, i): Bucket<Kind> => ({
    start: start + i * width,
    end: start + (i + 1) * width,
    counts: Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>,
  }))
  for (const { at, kind } of items) buckets[Math.floor((at - start) / width)]!.counts[kind] += 1
  return buckets
}

// The starts of all days or hours (UTC, as the server counts them) that touch [from, to).
export function startsBetween(from: number, to: number, step: number): number[] {
  const starts: number[] = []
  for (let at = Math.floor(from / step) * step; at < to; at += step) starts.push(at)
  return starts
}

export interface Series {
  name: string
  values: number[]
}

// A report's points, which leave out what is zero, as whole series over `starts`; the largest first, and what goes
// beyond `most` series added up under `rest`.
export function toSeries(
  points: readonly { start: string; name: string | null; value: number }[],
  starts: readonly number[],
  most: number,
  rest: string,
): Series[] {
  const places = new Map(starts.map((start, i) => [start, i]))
  const named = new Map<string, number[]>()
  for (const { start, name, value } of points) {
    const place = places.get(Date.parse(start))
    if (place === undefined) continue
    const key = name ?? ''
    const values = named.get(key) ?? new Array<number>(starts.length).fill(0)
    values[place]! += value
    named.set(key, values)
  }
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const sorted = [...named].map(([name, values]) => ({ name, values })).sort((a, b) => sum(b.values) - sum(a.values))
  if (sorted.length <= most) return sorted
  const others = sorted.slice(most - 1)
  const values = starts.map((_, i) => others.reduce((total, one) => total + one.values[i]!, 0))
  return [...sorted.slice(0, most - 1), { name: rest, values }]
}

// Series one above the other: each holds the sum of itself and those below it, so that areas stack.
export function stack(series: readonly Series[]): number[][] {
  const below = new Array<number>(series[0]?.values.length ?? 0).fill(0)
  return series.map(({ values }) => values.map((value, i) => (below[i]! += value)))
}
