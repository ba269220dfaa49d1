// What a model's page says, as text made from the catalogue's entry.

export const channels = (model, models) => models.filter(({ family }) => family === model.family)

const isText = ({ type }) => type === 'string'
const isList = ({ type }) => type.endsWith('[]')

export function requiredOf(param) {
  if (Array.isArray(param.required)) return `required for ${param.required.join(', ')}`
  return param.required ? 'required' : 'optional'
}

export function rangeOf(param) {
  const unit = isText(param) ? ' characters' : isList(param) ? ' entries' : ''
  const from = param.minimum ?? param.min_length
  const to = param.maximum ?? param.max_length
  if (from === undefined && to === undefined) return ''
  if (from === undefined) return `up to ${to}${unit}`
  return to === undefined ? `from ${from}${unit}` : `${from} – ${to}${unit}`
}

export function bodyRows(model) {
  return [{ name: 'model', type: 'string', required: 'required', default: '', allowed: '' }, ...model.parameters.map((param) => ({
    name: param.name,
    type: param.type,
    required: requiredOf(param),
    default: 'default' in param ? JSON.stringify(param.default) : '',
    allowed: param.values ? param.values.join(' ') : rangeOf(param),
  }))]
}

function showCondition(when) {
  return Object.entries(when).map(([name, values]) =>
    name === 'mode' ? `in ${values.join(' or ')}` : `with ${name} ${values.join(' or ')}`).join(' and ')
}

export function describeLimits(param) {
  const texts = (param.limits ?? []).map(({ when, values, max_length: most }) =>
    `${showCondition(when)}: ${values ? `only ${values.join(', ')}` : `at most ${most}`}`)
  if (param.modes) texts.push(`means something in ${param.modes.join(', ')} only; elsewhere it is ${param.elsewhere}`)
  if (param.default_unless) texts.push(`the default does not apply when ${param.default_unless} is given`)
  return texts
}

export function refusals(model) {
  const rows = []
  for (const param of model.parameters) {
    const { name } = param
    if (param.required === true) rows.push({ when: `${name} is missing or null`, code: 20002 })
    if (Array.isArray(param.required)) rows.push({ when: `${name} is missing in ${param.required.join(' or ')}`, code: 20002 })
    if (param.values) rows.push({ when: `${name} is none of its values`, code: 20003 })
    else if (rangeOf(param)) rows.push({ when: `${name} is not ${rangeOf(param)}`, code: 20003 })
    if (param.media) rows.push({ when: `a link in ${name} is no public http(s) URL; data: is not taken`, code: 20003 })
    for (const limit of param.limits ?? []) {
      rows.push({ when: `${showCondition(limit.when)}, ${name} is ${limit.values ? `not ${limit.values.join(' or ')}` : `longer than ${limit.max_length}`}`, code: 20003 })
    }
    if (param.elsewhere === 'refused') rows.push({ when: `${name} is sent in another mode than ${param.modes.join(' or ')}`, code: 20003 })
  }
  return rows
}

export const statuses = (model) => [
  { status: 400, code: 20003, message: `${model.id}: …` },
  { status: 401, code: 10003, message: 'API key invalid' },
  { status: 402, code: 30001, message: 'Insufficient credits' },
  { status: 429, code: 50001, message: 'Rate limit exceeded' },
  { status: 500, code: 60099, message: 'Internal error — please retry' },
]

export function tierRows({ price }) {
  const names = Object.keys(price.tiers[0].when)
  return { names, rows: price.tiers.map(({ when, credits }) => ({ values: names.map((name) => String(when[name])), credits })) }
}

export function outputOf(model, base) {
  const film = model.kind !== 'image'
  return `{
    "${film ? 'video' : 'image'}_urls": ["${base}/media/tasks/018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e/0.${film ? 'mp4' : 'png'}"]
  }`
}
