// The one way to the server: console requests with the session's CSRF token, and errors as a type.

const ROOT = '/api/console'
export const NO_SESSION = 10020

export type Query = Record<string, string | number | boolean | null | undefined>

export class ApiError extends Error {
  readonly status: number
  readonly code: number
  readonly param: string | null
  readonly requestId: string | null
  readonly docUrl: string | null
  readonly retryAfterSeconds: number | null

  constructor(status: number, message: string, more: Partial<Omit<ApiError, keyof Error | 'status'>> = {}) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = more.code ?? 0
    this.param = more.param ?? null
    this.requestId = more.requestId ?? null
    this.docUrl = more.docUrl ?? null
    this.retryAfterSeconds = more.retryAfterSeconds ?? null
  }
}

let csrfToken = ''
export function setCsrfToken(token: string) { csrfToken = token }

// Called when the server no longer knows the session.
let onSignedOut = () => {}
export function setOnSignedOut(listener: () => void) { onSignedOut = listener }

export function apiUrl(path: string, query: Query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return `${ROOT}${path}${search && `?${search}`}`
}

// Media and thumbnails come from the origin that this page came from, under whatever name the server knows itself.
export function ownPath(url: string) {
  const parsed = new URL(url, location.origin)
  return parsed.pathname + parsed.search
}

interface Envelope {
  error?: { code?: number; message?: string; param?: string; request_id?: string; doc_url?: string }
}

async function readError(answer: Response) {
  const { error = {} } = await answer.json().catch(() => ({})) as Envelope
  const retryAfter = Number(answer.headers.get('retry-after'))
  return new ApiError(answer.status, error.message ?? `${answer.status} ${answer.statusText}`, {
    code: error.code,
    param: error.param,
    requestId: error.request_id ?? answer.headers.get('x-request-id'),
    docUrl: error.doc_url,
    retryAfterSeconds: retryAfter > 0 ? retryAfter : null,
  })
}

export interface Options { query?: Query; body?: unknown; signal?: AbortSignal }

export async function call<T>(method: string, path: string, { query, body, signal }: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') {
    headers['X-CSRF-Token'] = csrfToken
    // The browser names a form's type itself, with its boundary.
    if (!(body instanceof FormData)) headers['Content-Type'] = 'application/json'
  }
  const answer = await fetch(apiUrl(path, query), {
    method,
    headers,
    signal,
    body: body instanceof FormData ? body : method === 'GET' ? undefined : JSON.stringify(body ?? {}),
  }).catch((reason: unknown) => {
    if (signal?.aborted) throw reason
    throw new ApiError(0, 'unreachable')
  })
  if (answer.ok) return await answer.json() as T
  const error = await readError(answer)
  if (error.code === NO_SESSION) onSignedOut()
  throw error
}
