import { useTexts } from '@/i18n'
import en from './en'
import zh from './zh'

const texts = { en, zh }
export function useSettingTexts() { return useTexts(texts) }
