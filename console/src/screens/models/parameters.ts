// A model's schema as the rows of a table. Pure.
import { choicesOf, type Schema } from '../playground/schema'

export interface ParameterRow {
  name: string
  type: string
  required: boolean
  choices: string[]
  range: { from?: number; to?: number; of: 'value' | 'characters' | 'entries' } | null
  default: string
  description: string
}

const typeOf = (schema: Schema): string =>
  schema.type === 'array'
    ? `${typeOf(schema.items ?? {})}[]`
    : schema.format === 'uri'
      ? 'url'
      : (schema.type ?? 'string')

function rangeOf(schema: Schema): ParameterRow['range'] {
  if (schema.minimum !== undefined || schema.maximum !== undefined)
    return { from: schema.minimum, to: schema.maximum, of: 'value' }
  if (schema.minItems !== undefined || schema.maxItems !== undefined)
    return { from: schema.minItems, to: schema.maxItems, of: 'entries' }
  // The length of a link is the server's to say.
  if (schema.format === 'uri' || (schema.minLength === undefined && schema.maxLength === undefined)) return null
  return { from: schema.minLength, to: schema.maxLength, of: 'characters' }
}

export function parametersOf(schema: Schema): ParameterRow[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name, property]) => name !== 'dry_run' && property.deprecated !== true)
    .map(([name, property]) => ({
      name,
      type: typeOf(property),
      required: schema.required?.includes(name) ?? false,
      choices: (choicesOf(property) ?? choicesOf(property.items ?? {}) ?? []).map(String),
      range: rangeOf(property),
      default: property.default === undefined ? '' : JSON.stringify(property.default),
      description: property.description ?? '',
    }))
}
