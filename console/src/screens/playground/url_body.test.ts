import { describe, expect, it } from 'vitest'
import type { Schema } from './schema'
import { decodeBody, defaultsOf, encodeBody, prune } from './url_body'

const schema: Schema = {
  type: 'object',
  required: ['model', 'prompt'],
  properties: {
    model: { type: 'string', const: 'm' },
    dry_run: { type: 'boolean', default: false },
    prompt: { type: 'string' },
    size: { type: 'string', enum: ['1:1', '16:9'], default: '1:1' },
    aspect_ratio: { type: 'string', default: '1:1', deprecated: true },
    n: { type: 'integer', default: 1 },
    audio: { type: 'boolean', default: true },
    image_urls: { type: 'array', items: { type: 'string', format: 'uri' } },
    mask_url: { type: 'string', format: 'uri' },
  },
}

describe('a body in the address', () => {
  it('comes back as it was', () => {
    const body = {
      prompt: 'a & b = "c" #fail:503 + 月光\n👩‍🚀',
      size: '16:9',
      n: 3,
      audio: false,
      image_urls: ['https://example.com/a.png?x=1&y=2'],
    }
    expect(decodeBody(new URLSearchParams(encodeBody(body, schema).toString()), schema)).toEqual(body)
  })
  it('leaves out the model, dry runs, defaults and what is empty', () => {
    const body = { model: 'm', dry_run: true, prompt: 'x', size: '1:1', n: 1, image_urls: [], other: 5 }
    expect(encodeBody(body, schema).toString()).toBe('prompt=x')
    expect(prune(body, schema)).toEqual({ prompt: 'x' })
  })
  it('passes over what does not fit the schema', () => {
    const query = new URLSearchParams('n=many&audio=1&image_urls={}&size=16:9&dry_run=true&model=other&x=1')
    expect(decodeBody(query, schema)).toEqual({ size: '16:9' })
  })
})

it('files of an earlier task are no links', () => {
  const query = new URLSearchParams({ image_urls: JSON.stringify(['(a file)', 'https://a.b/c']), mask_url: '(a file)' })
  expect(decodeBody(query, schema)).toEqual({ image_urls: ['https://a.b/c'] })
})

it('a form starts with the defaults, without other spellings', () => {
  expect(defaultsOf(schema)).toEqual({ size: '1:1', n: 1, audio: true })
})
