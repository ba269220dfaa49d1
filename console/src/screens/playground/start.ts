// What stands in a form when it opens, and what another model takes over from it. Pure.
import type { ModelCard } from '@/api/types'
import { fieldsOf, isLink, type Schema } from './schema'
import { type Uploads, uploadParts } from './upload_parts'
import { type Body, decodeBody, defaultsOf, prune } from './url_body'
import { check } from './validator'

const exampleLink = 'https://cdn.example.com/picture.png'

// The address, else the model's example without its links, which lead nowhere.
export function startBody(model: ModelCard, query: string): Body {
  const schema = model.schema as Schema
  const given = decodeBody(new URLSearchParams(query), schema)
  if (Object.keys(given).length > 0) return { ...defaultsOf(schema), ...given }
  const shown = fieldsOf(schema).filter(
    (name) => !isLink(schema.properties![name]) && !isLink(schema.properties![name]!.items),
  )
  const example = Object.fromEntries(Object.entries(model.example).filter(([name]) => shown.includes(name)))
  return { ...defaultsOf(schema), ...example }
}

// What was filled in, as far as the other model knows it and would accept it. An example that nobody touched stays.
export function carryOver(body: Body, from: ModelCard, to: ModelCard): Body {
  const target = to.schema as Schema
  const kept = prune(body, from.schema as Schema)
  if (!kept.prompt || kept.prompt === from.example.prompt) return {}
  const fitting = Object.entries(kept).filter(([name, value]) => {
    const property = target.properties?.[name]
    return property !== undefined && check(value, property).length === 0
  })
  return Object.fromEntries(fitting)
}

// A program sends links; uploads stand there as examples of such.
export function withExampleLinks(body: Body, uploads: Uploads, schema: Schema): Body {
  const links = Object.keys(uploadParts)
    .filter((field) => (uploads[field]?.length ?? 0) > 0)
    .map((field) => {
      const examples = uploads[field]!.map(() => exampleLink)
      const single = schema.properties?.[field]?.type === 'string'
      return [field, single ? examples[0] : [...((body[field] as string[] | undefined) ?? []), ...examples]]
    })
  return { ...body, ...Object.fromEntries(links) }
}
