// A request's body in the query of an address, so that what is on the form can be shared: texts as they are, lists and
// objects as JSON, and nothing that equals the model's default. Pure.
import { isLink, type Schema } from './schema'

export type Body = Record<string, unknown>

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
// The model is in the path; the other two belong to a call and never to what is shared.
const hidden = new Set(['model', 'dry_run', 'client_token'])

export const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

// What is worth sending: set, known to the schema, and other than the default.
export function prune(body: Body, schema: Schema): Body {
  const worth = ([name, property]: [string, Schema]) => {
    if (hidden.has(name) || isEmpty(body[name])) return false
    return !('default' in property) || !same(body[name], property.default) || isRequired(schema, name)
  }
  // In the order in which the model has its parameters.
  return Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(worth)
      .map(([name]) => [name, body[name]]),
  )
}

const isRequired = (schema: Schema, name: string) => schema.required?.includes(name) ?? false

export function encodeBody(body: Body, schema: Schema): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(prune(body, schema))) {
    query.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return query
}

function decodeValue(text: string, property: Schema): unknown {
  if (property.type === 'string' || property.type === undefined) return text
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: Number.isSafeInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

const isHttp = (value: unknown) => typeof value === 'string' && /^https?:\/\//i.test(value)

// A task that came with files has a remark in the place of their links.
function dropStrangeLinks(value: unknown, property: Schema): unknown {
  if (isLink(property)) return isHttp(value) ? value : undefined
  return isLink(property.items) && Array.isArray(value) ? value.filter(isHttp) : value
}

// Of an address that anybody may have written: what is of the wrong type or unknown is left out.
export function decodeBody(query: URLSearchParams, schema: Schema): Body {
  const body: Body = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const text = query.get(name)
    if (text === null || hidden.has(name)) continue
    const value = dropStrangeLinks(decodeValue(text, property), property)
    if (value !== undefined && (types[property.type ?? 'string']?.(value) ?? false)) body[name] = value
  }
  return body
}

// The schema's defaults, which a form starts with.
export function defaultsOf(schema: Schema): Body {
  const body: Body = {}
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if ('default' in property && !hidden.has(name) && property.deprecated !== true) body[name] = property.default
  }
  return body
}
