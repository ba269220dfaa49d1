// What a form of prices works out. Pure, and exact: credits are whole numbers of micro-credits.
import type { ModelPricing } from '@/api/types'
import { MICROCREDITS } from '@/format'

export type When = Record<string, unknown>
export interface Tier {
  when: When
  credits: string
  catalogue_credits: string
}

export const tiersOf = (pricing: ModelPricing) => pricing.tiers as Tier[]

// "resolution 2k, with_video false"; nothing for a price that goes by nothing.
export const nameOf = (when: When) =>
  Object.entries(when)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')

// "14.375" -> 14375000; null for what is no amount.
export function microcreditsOf(text: string): number | null {
  const found = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(text.trim())
  if (!found) return null
  return Number(found[1]) * MICROCREDITS + Number((found[2] ?? '').padEnd(6, '0'))
}

// May a unit cost this?
export function isPrice(text: string, most: string) {
  const amount = microcreditsOf(text)
  return amount !== null && amount <= microcreditsOf(most)!
}

// The tiers whose number is another one than now, as the server takes them. `texts` has one for each tier.
export const changesOf = (tiers: Tier[], texts: string[]) =>
  tiers.flatMap(({ when, credits }, i) =>
    microcreditsOf(texts[i]!) === microcreditsOf(credits) ? [] : [{ when, credits: texts[i]!.trim() }],
  )
