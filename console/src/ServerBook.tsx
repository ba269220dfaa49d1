// The mode, on pages of the whole server: there the header offers no choice, and sums are of one mode.
import { SegmentedControl } from '@mantine/core'
import type { Book } from '@/api/types'
import { useCommon } from '@/i18n'
import { useBook, useScope } from '@/scope'

export function ServerBook() {
  const common = useCommon()
  const [book, setBook] = useBook()
  if (useScope().account !== null) return null
  return (
    <SegmentedControl
      size="xs"
      aria-label={common.book}
      value={book}
      onChange={(next) => setBook(next as Book)}
      data={(['test', 'live'] as const).map((value) => ({ value, label: common.books[value] }))}
    />
  )
}
