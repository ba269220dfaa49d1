import { expect, it } from 'vitest'
import { toCsv } from './export'

const columns = [
  { name: 'id', value: ({ id }: { id: string }) => id },
  { name: 'credits', value: ({ credits }: { id: string; credits: number | null }) => credits },
]

it.each([
  ['plain', 1.5, 'plain,1.5'],
  ['a,b', null, '"a,b",'],
  ['say "hi"\nnow', 0, '"say ""hi""\nnow",0'],
  ['=HYPERLINK("x")', -2, '"\'=HYPERLINK(""x"")",-2'],
  ['@cmd', 1, "'@cmd,1"],
  ['月光', 1, '月光,1'],
])('%j is written so that a spreadsheet reads it back as text', (id, credits, line) => {
  expect(toCsv(columns, [{ id, credits }])).toBe(`id,credits\r\n${line}\r\n`)
})
