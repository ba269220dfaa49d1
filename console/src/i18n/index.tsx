// Two languages, each word typed: a text that one language lacks does not compile.
//
// A screen has `en.ts` (a plain object of strings, functions that return strings, and objects of these) and `zh.ts`
// (`export default {…} satisfies Texts<typeof en>`), and takes the one wanted with `useTexts({ en, zh })`.
import { createContext, use, type ReactNode } from 'react'
import { useLocalStorage } from '@mantine/hooks'
import type { Language } from '@/api/types'
import en from './en'
import zh from './zh'

export type Texts<T> = {
  [Name in keyof T]: T[Name] extends string ? string
    : T[Name] extends (...given: infer Given) => string ? (...given: Given) => string
    : Texts<T[Name]>
}

export const languages: Record<Language, string> = { en: 'English', zh: '中文' }

function languageOfBrowser(): Language { return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en' }

interface Choice { language: Language; setLanguage: (language: Language) => void }
const LanguageContext = createContext<Choice>({ language: 'en', setLanguage: () => {} })

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useLocalStorage<Language>({
    key: 'darkroom-language', defaultValue: languageOfBrowser(), getInitialValueInEffect: false,
  })
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  return <LanguageContext value={{ language, setLanguage }}>{children}</LanguageContext>
}

export function useLanguage() { return use(LanguageContext) }

export function useTexts<T>(texts: { en: T; zh: Texts<T> }): T {
  const { language } = useLanguage()
  return language === 'zh' ? texts.zh as T : texts.en
}

const common = { en, zh }
export function useCommon() { return useTexts(common) }
export type Common = typeof en
