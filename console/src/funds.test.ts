import { expect, it } from 'vitest'
import en from './i18n/en'
import { warningOf } from './funds'

it.each([
  [0, null, 'none left'],
  [0, 0, 'none left'],
  [5_000_000, null, null],
  [5_000_000, 6.9, 'low'],
  [5_000_000, 7, null],
])('%d micro-credits that last %s days', (available_microcredits, days_left, warning) =>
  expect(warningOf({ available_microcredits, held_microcredits: 0, week_microcredits: 1, days_left })).toBe(warning))

it.each([
  [null, 'last less than a day at'],
  ['1', 'last about 1 day at'],
  ['1.4', 'last about 1.4 days at'],
])('says how long: %s', (days, words) => expect(en.funds.low('12', days)).toContain(words))
