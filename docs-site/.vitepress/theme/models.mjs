// The live catalogue, GET /api/v1/models, asked for once, and what the pages show of it.
let loading

export function loadModels() {
  loading ??= fetch('/api/v1/models').then((answer) => {
    if (!answer.ok) throw new Error(`the catalogue answered ${answer.status}`)
    return answer.json()
  }).then(({ data }) => data).catch((problem) => {
    loading = undefined
    console.error(problem)
    return []
  })
  return loading
}

export function modelPath(path) {
  const found = path.match(/^\/docs\/models\/([^/]+?)(?:\.html)?$/)
  return found && decodeURIComponent(found[1])
}

export const kinds = [['image', 'Image'], ['video', 'Video'], ['tool', 'Tools']]

// The sidebar's groups; a kind that nobody has thought of yet gets a group of its own.
export function modelGroups(models) {
  const named = new Map(kinds)
  for (const { kind } of models) if (!named.has(kind)) named.set(kind, kind)
  return [...named].map(([kind, text]) => ({ text, models: models.filter((model) => model.kind === kind) }))
    .filter((group) => group.models.length)
}

export function showPrice({ price }) {
  const unit = { image: 'an image', second: 'a second', generation: 'a generation' }[price.unit] ?? `a ${price.unit}`
  return `${price.tiers ? 'from ' : ''}${price.credits} credits ${unit}`
}

// 1 credit is 0.001 USD; by digits, since a price is exact.
export function dollars(credits) {
  const [whole, part = ''] = credits.split('.')
  const digits = whole.padStart(4, '0')
  return `$${digits.slice(0, -3)}.${`${digits.slice(-3)}${part}`.replace(/0+$/, '').padEnd(2, '0')}`
}

export function showSeconds(seconds) {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`
}
