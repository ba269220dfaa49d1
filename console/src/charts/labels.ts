// How a time is written on an axis: days by their date, parts of a day by the clock. Days are the server's, in UTC;
// whoever reads hours reads their own clock.
import type { Language } from '@/api/types'
import { day, hour } from './time'

const locales: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }

function optionsOf(step: number, whole: boolean): Intl.DateTimeFormatOptions {
  if (step >= day)
    return { day: 'numeric', month: 'short', timeZone: 'UTC', ...(whole && { weekday: 'short', year: 'numeric' }) }
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  if (step >= hour) return { ...clock, day: 'numeric', month: 'short' }
  return { ...clock, second: '2-digit' }
}

export function chooseTime(at: number, step: number, language: Language, whole = false): string {
  return new Intl.DateTimeFormat(locales[language], optionsOf(step, whole)).format(at)
}
