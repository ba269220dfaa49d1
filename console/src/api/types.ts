// The server's own words, by the names of its document: openapi.d.ts is made of openapi.json (`npm run types`).
import type { components } from './openapi'

type Schemas = components['schemas']

export type Role = Schemas['Role']
export type Book = Schemas['Book']
export type Language = NonNullable<Me['user']['language']>

export interface List<T> { data: T[]; next_cursor: string | null }

export type AccountRef = Schemas['AccountRef']
export type AccountRow = Schemas['AccountRow']
export type AccountSummary = Schemas['AccountView']
export type Balance = Schemas['Balance']
export type Balances = Schemas['Balances']
export type Funds = Schemas['Funds']
export type FirstSteps = AccountSummary['first_steps']
export type Me = Schemas['Me']
export type Membership = Schemas['Membership']
export type Member = Schemas['Member']
export type ServerInfo = Schemas['ServerInfo']
export type SessionRow = Schemas['SessionRow']
export type User = Schemas['User']
export type CreatedUser = Schemas['CreatedUser']
export type InviteLink = Schemas['InviteLink']

export type Key = Schemas['Key']
export type KeyLimits = Schemas['KeyLimits']
export type MintedKey = Schemas['MintedKey']
export type NewKey = Schemas['NewKey']

export type TaskRow = Schemas['TaskRow']
export type TaskStatus = TaskRow['status']
export type TaskDetail = Schemas['TaskDetail']
export type TaskEvent = Schemas['TaskEvent']
export type Attempt = Schemas['Attempt']
export type CallRow = Schemas['CallRow']
export type Output = TaskRow['outputs'][number]
export type SubmittedTask = Schemas['SubmittedTask']
export type PricedRequest = Schemas['PricedRequest']
export type PlaygroundView = Schemas['Playground']

export type Ledger = Schemas['Ledger']
export type LedgerEntry = Schemas['LedgerEntry']
export type UsageReport = Schemas['UsageReport']
export type UsagePoint = Schemas['UsagePoint']
export type UsageSums = Schemas['UsageSums']
export type ErrorGroup = Schemas['ErrorGroup']

export type Upstream = Schemas['Upstream']
export type UpstreamTest = Schemas['UpstreamTest']
export type ProbePolicy = Schemas['ProbePolicy']
export type Overview = Schemas['Overview']
export type QueueReport = Schemas['QueueReport']
export type ModelCard = Schemas['ModelCard']
export type ModelPricing = Schemas['ModelPricing']
export type PriceChange = Schemas['PriceChange']
export type PricePreview = Schemas['PricePreview']
export type Webhook = Schemas['Webhook']
export type Delivery = Schemas['Delivery']
export type Deliveries = Schemas['Deliveries']
export type DeliveryAttempt = Schemas['DeliveryAttempt']

export type AuditRow = Schemas['AuditRow']
export type Setting = Schemas['Setting']
