// What the server's console area takes and answers, by the names of its document.

export type Role = 'owner' | 'member'
export type Book = 'live' | 'test'
export type Language = 'en' | 'zh'

export interface List<T> { data: T[]; next_cursor: string | null }

export interface AccountRef { id: string; name: string }
export interface Membership { account: AccountRef; role: Role }
export interface Me {
  user: { id: string; email: string; name: string; is_operator: boolean; language: Language | null }
  memberships: Membership[]
  csrf_token: string
  expires_at: string
}
export interface ServerInfo {
  version: string
  public_url: string
  needs_setup: boolean
  sandbox_only: boolean
  docs: boolean
}

export type AccountRow = AccountRef & { role: Role | 'operator' }
export interface Balance {
  available_microcredits: number
  held_microcredits: number
  granted_microcredits: number
  captured_microcredits: number
  balance: number
}
export interface Balances { account: AccountRef; live: Balance; test: Balance }
export interface FirstSteps { key: boolean; playground: boolean; api_call: boolean }
export type AccountSummary = Balances & { keys: number; first_steps: FirstSteps }

export interface KeyLimits {
  requests_per_minute: number | null
  concurrent_tasks: number | null
  monthly_credits: string | null
  allow_from: string[]
}
export interface Key {
  id: string
  name: string
  account: AccountRef
  book: Book
  prefix: string
  last4: string
  created_at: string
  expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
  models: string[]
  limits: KeyLimits
  is_console: boolean
}
export interface NewKey {
  name?: string
  test?: boolean
  models?: string[]
  expires_in_seconds?: number
  limits?: Partial<KeyLimits>
}
export interface MintedKey extends Key { key: string }

export type TaskStatus = 'processing' | 'completed' | 'failed'
export interface TaskError { code: number; name: string; message: string; doc_url: string }
export interface Output { url: string; type: string; thumbnail_url: string; poster_url?: string }
export interface TaskRow {
  id: string
  account: AccountRef
  key: { id: string; name: string; last4: string }
  book: Book
  model: string
  kind: 'image' | 'video' | 'tool'
  status: TaskStatus
  state: string
  created_at: string
  ended_at: string | null
  seconds: number | null
  prompt: string
  hold_microcredits: number
  captured_microcredits: number
  error: TaskError | null
  outputs: Output[]
  expires_at: string | null
}
export interface TaskEvent { number: number; at: string; type: string; data: Record<string, unknown> }
export interface Attempt {
  number: number
  upstream: string | null
  started_at: string
  accepted_at?: string | null
  saving_at?: string | null
  ended_at: string | null
  outcome: string
  upstream_status: number | null
  wait_until: string | null
  message: string | null
}
export interface CallRow { index: number; attempts: Attempt[] }
export interface LedgerEntry {
  id: string
  at: string
  type: string
  amount_microcredits: number
  moved_microcredits?: number
  book: Book
  task_id: string | null
  note: string | null
  available_after_microcredits?: number
}
export interface Ledger extends List<LedgerEntry> { sum_microcredits: number; balance_microcredits: number }
export interface TaskDetail extends TaskRow {
  request: Record<string, unknown>
  response: Record<string, unknown>
  webhook_url: string | null
  events: TaskEvent[]
  calls: CallRow[]
  entries: LedgerEntry[]
  deliveries: Delivery[]
  request_id?: string
}

export interface UsageSums {
  tasks: number
  completed: number
  failed: number
  cancelled: number
  outputs: number
  held_microcredits: number
  captured_microcredits: number
  refunded_microcredits: number
  unsettled_microcredits: number
}
export interface UsagePoint extends UsageSums { start: string; name: string | null }
export interface UsageReport {
  from: string
  to: string
  group_by: 'day' | 'hour'
  split_by: 'none' | 'model' | 'key' | 'upstream' | 'account'
  data: UsagePoint[]
  totals: UsageSums
}

export interface Upstream {
  name: string
  kind: string
  is_sandbox: boolean
  breaker: 'closed' | 'half open' | 'open'
  drained: boolean
  weight: number
  keys: number
  keys_resting: number
  in_flight: number
  capacity: number
  calls: number
  calls_delivered: number
  success_rate: number | null
  p50_seconds: number | null
  p95_seconds: number | null
  last_success_at: string | null
  last_failure_at: string | null
  last_failure: string | null
  routes: string[]
}
export interface QueueReport {
  waiting: number
  running: number
  at_vendor: number
  oldest_wait_seconds: number | null
  by_model: { model: string; waiting: number; running: number; oldest_wait_seconds: number | null }[]
  by_upstream: { upstream: string; running: number; capacity: number }[]
}

export interface Webhook {
  id: string
  url: string
  events: string[]
  enabled: boolean
  is_default: boolean
  created_at: string
  secret?: string
  last_delivery_at: string | null
  failing: boolean
}
export interface DeliveryAttempt {
  at: string
  status: number | null
  error: string | null
  seconds: number
  response: string | null
}
export interface Delivery {
  id: string
  webhook_id: string
  url: string
  task_id: string
  event: string
  status: 'pending' | 'delivered' | 'failed'
  created_at: string
  next_attempt_at: string | null
  attempts: DeliveryAttempt[]
}

export interface ModelCard {
  id: string
  kind: 'image' | 'video' | 'tool'
  name: string
  description: string
  modes: string[]
  price: Record<string, unknown>
  schema: Record<string, unknown>
  example: Record<string, unknown>
  typical_seconds: number | null
  routes: { upstream: string; ready: boolean }[]
  docs_url: string
  endpoint: string
}
export interface ErrorGroup {
  code: number
  name: string
  message: string
  doc_url: string
  model: string
  upstream: string | null
  count: number
  first_seen_at: string
  last_seen_at: string
  sample_task_ids: string[]
}

export interface User {
  id: string
  email: string
  name: string
  is_operator: boolean
  created_at: string
  last_login_at: string | null
  disabled: boolean
  memberships: Membership[]
}
export interface Member { user: { id: string; email: string; name: string }; role: Role }
export interface SessionRow {
  id: string
  created_at: string
  last_seen_at: string
  expires_at: string
  address: string
  user_agent: string
  is_current: boolean
}
export interface AuditRow {
  id: string
  at: string
  actor: { id: string; email: string } | null
  action: string
  account: AccountRef | null
  target: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  address: string
  request_id: string
}
export interface Setting { key: string; value: unknown; source: string }
