// A model's JSON Schema as its form: which fields, in which order, each with which widget. Pure, and without a word
// about any model, so that one which an operator adds has its form too.
import { areRatios } from './ratio'

export interface Schema {
  type?: string
  title?: string
  description?: string
  format?: string
  pattern?: string
  const?: unknown
  default?: unknown
  deprecated?: boolean
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

export type WidgetName =
  'prompt' | 'ratio' | 'stepper' | 'links' | 'link' | 'choice' | 'number' | 'switch' | 'seed' | 'text' | 'json'

// The most of a counter that is stepped through; beyond it a number is typed.
const stepperMost = 64
// Fields that a form of pictures has no use for: how a caller is told, and what makes a call unique.
const forPrograms = new Set(['model', 'dry_run', 'callback_url', 'callback_events', 'callback_args', 'client_token'])
const foremost = [
  'prompt',
  'image_urls',
  'video_url',
  'video_urls',
  'first_frame_image',
  'last_frame_image',
  'size',
  'aspect_ratio',
  'resolution',
  'duration',
  'n',
]
const last = ['seed']

export const isLink = (schema: Schema | undefined) => schema?.type === 'string' && schema.format === 'uri'

// The words to choose from, also where other texts are taken too (`anyOf` a list and a pattern).
export function choicesOf(schema: Schema): unknown[] | undefined {
  if (schema.const !== undefined) return [schema.const]
  return schema.enum ?? schema.anyOf?.find((one) => one.enum !== undefined)?.enum
}

export function widgetOf(name: string, schema: Schema): WidgetName {
  const choices = choicesOf(schema)
  if (schema.type === 'boolean') return 'switch'
  if (choices !== undefined && schema.type !== 'array') return areRatios(choices) ? 'ratio' : 'choice'
  if (schema.type === 'integer' || schema.type === 'number') return numberWidget(name, schema)
  if (isLink(schema)) return 'link'
  if (schema.type === 'array' && isLink(schema.items)) return 'links'
  if (schema.type !== 'string') return 'json'
  return name === 'prompt' || (schema.maxLength ?? 0) > 500 ? 'prompt' : 'text'
}

function numberWidget(name: string, { type, minimum, maximum }: Schema): WidgetName {
  if (name === 'seed') return 'seed'
  const small =
    type === 'integer' && minimum !== undefined && maximum !== undefined && maximum - minimum < stepperMost
  return small ? 'stepper' : 'number'
}

const place = (name: string) => {
  if (last.includes(name)) return foremost.length + 1
  const found = foremost.indexOf(name)
  return found < 0 ? foremost.length : found
}

// The names of the fields that a person fills in, what matters most first; the rest as the model has them.
export function fieldsOf(schema: Schema): string[] {
  const names = Object.entries(schema.properties ?? {})
    .filter(([name, property]) => property.deprecated !== true && !forPrograms.has(name) && !isFixed(property))
    .map(([name]) => name)
  return names
    .map((name, i) => ({ name, i }))
    .sort((a, b) => place(a.name) - place(b.name) || a.i - b.i)
    .map(({ name }) => name)
}

// A field with one possible value, which is also its default, is nothing to fill in.
function isFixed(property: Schema) {
  const choices = choicesOf(property)
  return choices?.length === 1 && (property.default === undefined || property.default === choices[0])
}

export const isForemost = (name: string, schema: Schema) =>
  foremost.includes(name) || (schema.required?.includes(name) ?? false)

// The schema that the form is drawn from: those fields alone, and no alternatives, which widgets offer by themselves.
export function formSchema(schema: Schema): Schema {
  const properties: Record<string, Schema> = {}
  for (const name of fieldsOf(schema)) {
    const { anyOf, ...property } = schema.properties![name]!
    properties[name] = anyOf === undefined ? property : { ...property, type: property.type ?? 'string' }
  }
  return { type: 'object', properties, required: (schema.required ?? []).filter((name) => name in properties) }
}
