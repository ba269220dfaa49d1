// What a table shows, as a file: CSV for spreadsheets, JSON for programs.

export interface ExportColumn<Row> {
  name: string
  value: (row: Row) => string | number | null | undefined
}

// A text that a spreadsheet would take for a formula is marked as text. Numbers stay numbers.
function printCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

// RFC 4180: CRLF between lines, quotes doubled.
export function toCsv<Row>(columns: readonly ExportColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => columns.map(({ value }) => value(row)))]
  return lines.map((cells) => `${cells.map(printCell).join(',')}\r\n`).join('')
}

export function saveFile(name: string, type: string, text: string) {
  // The mark lets spreadsheets read the file as UTF-8.
  const url = URL.createObjectURL(
    new Blob([type === 'text/csv' ? '\uFEFF' : '', text], { type: `${type};charset=utf-8` }),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
