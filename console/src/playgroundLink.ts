// The way into the playground with a request filled in: what "re-run" and "use these settings" lead to. The
// playground reads it by the model's schema, so whatever does not fit is left out there.
const notShared = new Set(['model', 'dry_run', 'client_token'])
// Addresses beyond this are cut by some browsers and proxies.
const mostLength = 6000

interface Source { model: string; request: Record<string, unknown> }

export function playgroundLink(home: string, { model, request }: Source): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(request)) {
    if (notShared.has(name) || value === null || value === undefined) continue
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (query.toString().length + text.length < mostLength) query.set(name, text)
  }
  const text = query.toString()
  return `${home}/playground/${encodeURIComponent(model)}${text && `?${text}`}`
}

// The same for a row of a list, which has no request: the playground asks for the task's.
export function settingsOf(home: string, { id, model }: { id: string; model: string }): string {
  return `${home}/playground/${encodeURIComponent(model)}?from=${id}`
}
