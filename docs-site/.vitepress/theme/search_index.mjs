import MiniSearch from 'minisearch'
import { loadModels } from './models.mjs'

// As VitePress makes its index of the guides and reads it again.
const options = { fields: ['title', 'titles', 'text'], storeFields: ['title', 'titles'] }

const textOf = (model) => [model.summary, model.family, model.kind, ...model.modes ?? [],
  ...model.parameters.map(({ name, description }) => `${name} ${description ?? ''}`)].join(' ')

// The serialised index of the guides, and in it a page for each model of the catalogue.
export async function withModels(guides) {
  const models = await loadModels()
  const index = MiniSearch.loadJSON(guides, options)
  index.addAll(models.map((model) => ({
    id: `/docs/models/${encodeURIComponent(model.id)}`, title: model.id, titles: ['Models', model.title], text: textOf(model),
  })))
  return JSON.stringify(index)
}
