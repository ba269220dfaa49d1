// Whether credits are worth a warning. Pure.
import type { Funds } from '@/api/types'

// Credits that last for less than this at the pace of the last week.
const SOON_DAYS = 7

export function warningOf({ available_microcredits: available, days_left: days }: Funds): 'none left' | 'low' | null {
  if (available <= 0) return 'none left'
  return days !== null && days < SOON_DAYS ? 'low' : null
}
