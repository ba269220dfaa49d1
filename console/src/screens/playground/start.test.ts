import { describe, expect, it } from 'vitest'
import type { ModelCard } from '@/api/types'
import { carryOver, startBody, withExampleLinks } from './start'
import type { Schema } from './schema'

const link = { type: 'string', format: 'uri' }
const properties = {
  prompt: { type: 'string' },
  size: { type: 'string', enum: ['1:1', '16:9'], default: '1:1' },
  image_urls: { type: 'array', items: link },
  mask_url: link,
}
const model = (id: string, more: Record<string, unknown> = {}) =>
  ({
    id,
    schema: { type: 'object', required: ['prompt'], properties: { ...properties, ...more } } as Schema,
    example: { model: id, prompt: `example of ${id}`, size: '16:9', image_urls: ['https://cdn.example.com/a.png'] },
  }) as unknown as ModelCard

describe('startBody', () => {
  it('takes the address', () => expect(startBody(model('a'), '?prompt=x')).toEqual({ prompt: 'x', size: '1:1' }))
  it('else the example, without links that lead nowhere', () => {
    expect(startBody(model('a'), '?task=task_1')).toEqual({ prompt: 'example of a', size: '16:9' })
  })
})

describe('carryOver', () => {
  const other = model('b', { size: { type: 'string', enum: ['1:1'] } })
  it('keeps what the other model accepts', () => {
    expect(carryOver({ prompt: 'mine', size: '16:9', image_urls: ['https://a.b/c'] }, model('a'), other)).toEqual({
      prompt: 'mine',
      image_urls: ['https://a.b/c'],
    })
  })
  it('leaves an untouched example behind', () => {
    expect(carryOver({ prompt: 'example of a', size: '16:9' }, model('a'), other)).toEqual({})
  })
})

it('uploads stand as example links', () => {
  const file = { id: 1, file: null as unknown as File }
  const body = withExampleLinks(
    { prompt: 'x', image_urls: ['https://a.b/c'] },
    { image_urls: [file], mask_url: [file] },
    model('a').schema as Schema,
  )
  expect(body.image_urls).toHaveLength(2)
  expect(body.mask_url).toMatch(/^https:/)
})
