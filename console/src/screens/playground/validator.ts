// What a form checks before it asks the server: what is missing, out of range or of the wrong kind. The server decides;
// this only says sooner what it would say. An evaluating validator would need `unsafe-eval`, which the pages forbid.
import { choicesOf, isLink, type Schema } from './schema'

export type ProblemName =
  | 'missing'
  | 'not_offered'
  | 'too_small'
  | 'too_large'
  | 'not_whole'
  | 'too_short'
  | 'too_long'
  | 'too_many'
  | 'too_few'
  | 'no_link'
  | 'no_json'

export interface Problem {
  path: (string | number)[]
  name: ProblemName
  limit?: number
}

const isAbsent = (value: unknown) => value === undefined || value === null || value === ''
const letters = (text: string) => [...text].length

function checkText(text: string, schema: Schema): Omit<Problem, 'path'> | undefined {
  const length = letters(text)
  if (schema.minLength !== undefined && length < schema.minLength)
    return { name: 'too_short', limit: schema.minLength }
  if (schema.maxLength !== undefined && length > schema.maxLength)
    return { name: 'too_long', limit: schema.maxLength }
  if (isLink(schema) && !/^https?:\/\/[^\s/]+/i.test(text)) return { name: 'no_link' }
  const patterns = schema.anyOf?.flatMap(({ pattern }) => pattern ?? []) ?? []
  const choices = choicesOf(schema)
  if (
    choices !== undefined &&
    !choices.includes(text) &&
    !patterns.some((pattern) => new RegExp(pattern, 'u').test(text))
  ) {
    return { name: 'not_offered' }
  }
  return undefined
}

function checkNumber(number: number, schema: Schema): Omit<Problem, 'path'> | undefined {
  if (schema.type === 'integer' && !Number.isInteger(number)) return { name: 'not_whole' }
  if (schema.enum !== undefined && !schema.enum.includes(number)) return { name: 'not_offered' }
  if (schema.minimum !== undefined && number < schema.minimum) return { name: 'too_small', limit: schema.minimum }
  if (schema.maximum !== undefined && number > schema.maximum) return { name: 'too_large', limit: schema.maximum }
  return undefined
}

function checkList(list: unknown[], schema: Schema, path: Problem['path']): Problem[] {
  const problems = list.flatMap((one, i) => check(one, schema.items ?? {}, [...path, i]))
  if (schema.maxItems !== undefined && list.length > schema.maxItems)
    problems.unshift({ path, name: 'too_many', limit: schema.maxItems })
  if (schema.minItems !== undefined && list.length < schema.minItems)
    problems.unshift({ path, name: 'too_few', limit: schema.minItems })
  return problems
}

function checkObject(body: Record<string, unknown>, schema: Schema, path: Problem['path']): Problem[] {
  const missing = (schema.required ?? [])
    .filter((name) => isAbsent(body[name]))
    .map((name): Problem => ({ path: [...path, name], name: 'missing' }))
  const wrong = Object.entries(schema.properties ?? {})
    .filter(([name]) => !isAbsent(body[name]))
    .flatMap(([name, property]) => check(body[name], property, [...path, name]))
  return [...missing, ...wrong]
}

export function check(value: unknown, schema: Schema, path: Problem['path'] = []): Problem[] {
  if (schema.type === 'array')
    return Array.isArray(value) ? checkList(value, schema, path) : [{ path, name: 'no_json' }]
  if (schema.type === 'object') {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? checkObject(value as Record<string, unknown>, schema, path) : [{ path, name: 'no_json' }]
  }
  const problem =
    typeof value === 'string'
      ? checkText(value, schema)
      : typeof value === 'number'
        ? checkNumber(value, schema)
        : undefined
  return problem === undefined ? [] : [{ path, ...problem }]
}

// Where the server found a fault, as it names it: "image_urls[1]", "tools[0].type".
export function parsePath(param: string): Problem['path'] {
  return [...param.matchAll(/([^.[\]]+)/g)].map(([word]) => (/^\d+$/.test(word) ? Number(word) : word))
}
