// A request as code, in every language that can send it. The samples are those of the documentation.
import { languages, openaiSample, sample } from '@samples'

export interface Request {
  base: string // of the API, "https://host"
  endpoint: string
  body: Record<string, unknown>
}

export interface CodeLanguage {
  name: string
  label: string
  print: (request: Request) => string
}

const openai: CodeLanguage = {
  name: 'openai',
  label: 'OpenAI SDK',
  print: ({ base, body }) => openaiSample(base, body),
}

// The SDK's door makes pictures.
export function languagesFor(endpoint: string): CodeLanguage[] {
  const all = languages.map(([name, label]): CodeLanguage => ({
    name,
    label,
    print: ({ base, endpoint: path, body }) => sample(name, base, path, body),
  }))
  return endpoint.includes('/images/') ? [...all, openai] : all
}
