import { describe, expect, it } from 'vitest'
import { fieldsOf, formSchema, type Schema, widgetOf } from './schema'

const link: Schema = { type: 'string', format: 'uri', maxLength: 2048 }

describe('widgetOf', () => {
  it.each<[string, Schema, string]>([
    ['prompt', { type: 'string', maxLength: 100 }, 'prompt'],
    ['negative_prompt', { type: 'string', maxLength: 2000 }, 'prompt'],
    ['size', { type: 'string', enum: ['1:1', '16:9'] }, 'ratio'],
    ['size', { type: 'string', anyOf: [{ enum: ['auto', '1:1', '2:3'] }, { pattern: '^[0-9]+x[0-9]+$' }] }, 'ratio'],
    ['resolution', { type: 'string', enum: ['1K', '2K'] }, 'choice'],
    ['duration', { type: 'integer', enum: [4, 6, 8] }, 'choice'],
    ['n', { type: 'integer', minimum: 1, maximum: 4 }, 'stepper'],
    ['fps', { type: 'number', minimum: 1, maximum: 60 }, 'number'],
    ['limit', { type: 'integer', minimum: 0, maximum: 100_000 }, 'number'],
    ['seed', { type: 'integer', minimum: 0, maximum: 4_294_967_295 }, 'seed'],
    ['audio', { type: 'boolean' }, 'switch'],
    ['video_url', link, 'link'],
    ['anything_at_all', { type: 'array', items: link }, 'links'],
    ['scene', { type: 'string', maxLength: 40 }, 'text'],
    ['tools', { type: 'array', items: { type: 'object' } }, 'json'],
    ['fallback', { type: 'object' }, 'json'],
  ])('%s %j', (name, schema, widget) => expect(widgetOf(name, schema)).toBe(widget))
})

const schema: Schema = {
  type: 'object',
  required: ['model', 'prompt'],
  properties: {
    model: { type: 'string', const: 'm' },
    dry_run: { type: 'boolean' },
    seed: { type: 'integer' },
    watermark: { type: 'boolean' },
    aspect_ratio: { type: 'string', deprecated: true },
    resolution: { type: 'string', enum: ['1K'], default: '1K' },
    size: { type: 'string', anyOf: [{ enum: ['1:1', '2:1'] }, { pattern: 'x' }], default: '1:1' },
    prompt: { type: 'string' },
    callback_url: link,
  },
}

describe('the form', () => {
  it('has what a person fills in, what matters first', () => {
    expect(fieldsOf(schema)).toEqual(['prompt', 'size', 'watermark', 'seed'])
  })
  it('has no alternatives and asks for what the model asks for', () => {
    const form = formSchema(schema)
    expect(form.required).toEqual(['prompt'])
    expect(form.properties!.size).toEqual({ type: 'string', default: '1:1' })
  })
})
