// The documentation's samples (docs-site/.vitepress/theme/samples.mjs), which the site and the console show alike.
declare module '@samples' {
  export type Piece = [kind: string, text: string]
  export const languages: [name: string, label: string, highlighter: string][]
  export function sample(language: string, base: string, endpoint: string, body: Record<string, unknown>): string
  export function openaiSample(base: string, body: Record<string, unknown>): string
  export function highlight(language: string, text: string): Piece[]
}
