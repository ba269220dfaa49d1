import { useTexts } from '@/i18n'
import en from './en'
import zh from './zh'

const texts = { en, zh }
export function useWebhookTexts() { return useTexts(texts) }
