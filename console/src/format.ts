// Credits, times and durations as people read them, in the language chosen.
import type { Language } from '@/api/types'
import { useLanguage } from '@/i18n'

export const MICROCREDITS = 1_000_000
const locale = (language: Language) => language === 'zh' ? 'zh-CN' : 'en-GB'

// Exact to the last micro-credit unless `digits` says how many decimals are enough.
export function formatCredits(microcredits: number, language: Language, digits = 6) {
  return new Intl.NumberFormat(locale(language), { maximumFractionDigits: digits }).format(microcredits / MICROCREDITS)
}

export function formatNumber(value: number, language: Language, digits = 0) {
  return new Intl.NumberFormat(locale(language), { maximumFractionDigits: digits }).format(value)
}

export function formatPercent(share: number, language: Language) {
  return new Intl.NumberFormat(locale(language), { style: 'percent', maximumFractionDigits: 1 }).format(share)
}

export function formatTime(at: string, language: Language) {
  return new Intl.DateTimeFormat(locale(language), {
    year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(new Date(at))
}

const steps: [Intl.RelativeTimeFormatUnit, number][] =
  [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]]

// "5 minutes ago", "in 2 days".
export function formatAgo(at: string, language: Language, now = Date.now()) {
  const seconds = (new Date(at).getTime() - now) / 1000
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  const format = new Intl.RelativeTimeFormat(locale(language), { numeric: 'auto', style: 'short' })
  return format.format(Math.trunc(seconds / size), unit)
}

// 0.42 s, 3.2 s, 1 min 5 s, 2 h 3 min.
export function formatDuration(seconds: number, language: Language) {
  const [h, min, s] = language === 'zh' ? [' 小时', ' 分', ' 秒'] : [' h', ' min', ' s']
  if (seconds < 1) return `${formatNumber(seconds, language, 2)}${s}`
  if (seconds < 60) return `${formatNumber(seconds, language, 1)}${s}`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)}${min}${whole % 60 ? ` ${whole % 60}${s}` : ''}`
  return `${Math.floor(whole / 3600)}${h}${whole % 3600 >= 60 ? ` ${Math.floor(whole % 3600 / 60)}${min}` : ''}`
}

// What is left of days and hours, in its largest unit: 6 d, 23 h, 5 min. Never less than a minute.
export function formatCountdown(seconds: number, language: Language) {
  const [d, h, min] = language === 'zh' ? [' 天', ' 小时', ' 分钟'] : [' d', ' h', ' min']
  if (seconds >= 86_400) return `${Math.floor(seconds / 86_400)}${d}`
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}${h}`
  return `${Math.max(1, Math.floor(seconds / 60))}${min}`
}

export function useFormat() {
  const { language } = useLanguage()
  return {
    credits: (microcredits: number, digits?: number) => formatCredits(microcredits, language, digits),
    number: (value: number, digits?: number) => formatNumber(value, language, digits),
    percent: (share: number) => formatPercent(share, language),
    time: (at: string) => formatTime(at, language),
    ago: (at: string) => formatAgo(at, language),
    duration: (seconds: number) => formatDuration(seconds, language),
    countdown: (seconds: number) => formatCountdown(seconds, language),
  }
}
