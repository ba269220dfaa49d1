// What screens say of models, from the catalogue's entries. Pure.
import type { ModelCard } from '@/api/types'

export interface Tier {
  when: Record<string, string | boolean>
  credits: string
  microcredits: number
}
export interface Price {
  unit: string
  credits: string
  microcredits: number
  tiers?: Tier[]
}

export const priceOf = (model: ModelCard) => model.price as unknown as Price

// "14.375", or "30+" where the price goes by something.
export function priceFrom(model: ModelCard, print: (microcredits: number) => string): string {
  const { microcredits, tiers = [] } = priceOf(model)
  const dearer = tiers.some((tier) => tier.microcredits > microcredits)
  return `${print(microcredits)}${dearer ? '+' : ''}`
}

// The columns and rows of a price that goes by something.
export function priceTable(model: ModelCard): {
  names: string[]
  rows: { values: string[]; microcredits: number }[]
} {
  const { tiers = [] } = priceOf(model)
  const names = Object.keys(tiers[0]?.when ?? {})
  return {
    names,
    rows: tiers.map(({ when, microcredits }) => ({ values: names.map((name) => String(when[name])), microcredits })),
  }
}
