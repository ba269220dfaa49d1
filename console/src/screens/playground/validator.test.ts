import { describe, expect, it } from 'vitest'
import type { Schema } from './schema'
import { check, parsePath } from './validator'

const schema: Schema = {
  type: 'object',
  required: ['prompt'],
  properties: {
    prompt: { type: 'string', minLength: 2, maxLength: 5 },
    size: { type: 'string', anyOf: [{ enum: ['1:1', '16:9'] }, { pattern: '^[0-9]+x[0-9]+$' }] },
    n: { type: 'integer', minimum: 1, maximum: 4 },
    duration: { type: 'integer', enum: [4, 6] },
    image_urls: { type: 'array', maxItems: 2, items: { type: 'string', format: 'uri' } },
    tools: { type: 'array', items: { type: 'object', required: ['type'], properties: { type: { type: 'string' } } } },
    audio: { type: 'boolean' },
  },
}

describe('check', () => {
  it.each<[unknown, string]>([
    [{ prompt: 'abc' }, ''],
    [{}, 'prompt:missing'],
    [{ prompt: '' }, 'prompt:missing'],
    [{ prompt: 'a' }, 'prompt:too_short 2'],
    [{ prompt: '月光竹林路' }, ''],
    [{ prompt: '👩👩👩👩👩👩' }, 'prompt:too_long 5'],
    [{ prompt: 'abc', size: '1024x1536' }, ''],
    [{ prompt: 'abc', size: '17:9' }, 'size:not_offered'],
    [{ prompt: 'abc', n: 0 }, 'n:too_small 1'],
    [{ prompt: 'abc', n: 5 }, 'n:too_large 4'],
    [{ prompt: 'abc', n: 1.5 }, 'n:not_whole'],
    [{ prompt: 'abc', duration: 5 }, 'duration:not_offered'],
    [{ prompt: 'abc', image_urls: ['https://a.b/c', 'ftp://x'] }, 'image_urls.1:no_link'],
    [{ prompt: 'abc', image_urls: ['https://a', 'https://b', 'https://c'] }, 'image_urls:too_many 2'],
    [{ prompt: 'abc', tools: 'x' }, 'tools:no_json'],
    [{ prompt: 'abc', tools: [{}] }, 'tools.0.type:missing'],
    [{ prompt: 'abc', audio: false }, ''],
    [null, ':no_json'],
  ])('%j: %s', (body, expected) => {
    const found = check(body, schema).map(
      ({ path, name, limit }) => `${path.join('.')}:${name}${limit === undefined ? '' : ` ${limit}`}`,
    )
    expect(found.join(', ')).toBe(expected)
  })
})

it.each([
  ['prompt', ['prompt']],
  ['image_urls[1]', ['image_urls', 1]],
  ['tools[0].type', ['tools', 0, 'type']],
])('parsePath %s', (param, path) => expect(parsePath(param)).toEqual(path))
