import { expect, it } from 'vitest'
import { parametersOf } from './parameters'

it('every parameter is a row, but other spellings and dry runs', () => {
  const rows = parametersOf({
    type: 'object',
    required: ['model', 'prompt'],
    properties: {
      model: { type: 'string', const: 'm' },
      dry_run: { type: 'boolean' },
      prompt: { type: 'string', minLength: 1, maxLength: 100, description: 'What to draw.' },
      aspect: { type: 'string', deprecated: true },
      size: { type: 'string', anyOf: [{ enum: ['1:1', '2:1'] }, { pattern: 'x' }], default: '1:1' },
      n: { type: 'integer', minimum: 1, maximum: 4, default: 1 },
      image_urls: { type: 'array', maxItems: 3, items: { type: 'string', format: 'uri', maxLength: 2048 } },
      link: { type: 'string', format: 'uri', maxLength: 2048 },
    },
  })
  expect(
    rows.map(({ name, type, required, choices, range, default: value }) => [
      name,
      type,
      required,
      choices.join(' '),
      range,
      value,
    ]),
  ).toEqual([
    ['model', 'string', true, 'm', null, ''],
    ['prompt', 'string', true, '', { from: 1, to: 100, of: 'characters' }, ''],
    ['size', 'string', false, '1:1 2:1', null, '"1:1"'],
    ['n', 'integer', false, '', { from: 1, to: 4, of: 'value' }, '1'],
    ['image_urls', 'url[]', false, '', { from: undefined, to: 3, of: 'entries' }, ''],
    ['link', 'url', false, '', null, ''],
  ])
})
