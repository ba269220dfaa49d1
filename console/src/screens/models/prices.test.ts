import { expect, it } from 'vitest'
import { changesOf, isPrice, microcreditsOf, nameOf } from './prices'

it('amounts are exact or none', () => {
  const amounts: [string, number | null][] = [
    ['14.375', 14_375_000],
    ['0', 0],
    ['0.000001', 1],
    [' 30 ', 30_000_000],
    ['90071992.999999', 90_071_992_999_999],
    ['', null],
    ['-1', null],
    ['1e3', null],
    ['1.', null],
    ['.5', null],
    ['1,5', null],
    ['1.0000001', null],
  ]
  expect(amounts.map(([text]) => microcreditsOf(text))).toEqual(amounts.map(([, amount]) => amount))
})

it('a price ends at its bound', () => {
  expect(['0', '25019', '25019.000001', 'x'].map((text) => isPrice(text, '25019'))).toEqual([true, true, false, false])
})

it('only what has another amount is a change', () => {
  const tiers = [
    { when: { size: '1:1', with_video: false }, credits: '5', catalogue_credits: '5' },
    { when: { size: '16:9', with_video: true }, credits: '7.5', catalogue_credits: '7' },
  ]
  expect(changesOf(tiers, ['5.000', ' 8 '])).toEqual([{ when: tiers[1]!.when, credits: '8' }])
  expect(nameOf(tiers[1]!.when)).toBe('size 16:9, with_video true')
  expect(nameOf({})).toBe('')
})
