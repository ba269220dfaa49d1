import { describe, expect, it } from 'vitest'
import { areRatios, fitRatio, parseRatio } from './ratio'

describe('parseRatio', () => {
  it.each([
    ['16:9', { width: 16, height: 9 }],
    ['1024x1536', { width: 1024, height: 1536 }],
    ['auto', undefined],
    ['0:9', undefined],
    ['16:9 ', undefined],
    ['1K', undefined],
  ])('%s', (text, box) => expect(parseRatio(text)).toEqual(box))
})

describe('areRatios', () => {
  it.each([
    [['1:1', '16:9'], true],
    [['auto', '1:1', '16:9'], true],
    [['adaptive', 'auto', '1:1', '16:9'], true],
    [['1K', '2K'], false],
    [['1:1'], false],
    [[1, 2], false],
    [['auto', 'a', 'b', '1:1', '2:1'], false],
  ])('%j: %s', (values, expected) => expect(areRatios(values)).toBe(expected))
})

describe('fitRatio', () => {
  it.each([
    ['1:1', { width: 28, height: 28 }],
    ['16:9', { width: 28, height: 16 }],
    ['9:16', { width: 16, height: 28 }],
    ['21:9', { width: 28, height: 12 }],
    ['100:1', { width: 28, height: 4 }],
  ])('%s', (text, box) => expect(fitRatio(parseRatio(text)!, 28, 4)).toEqual(box))
})
