// A whole list for a file, with a word to whoever asked if it was too long for one.
import { useState } from 'react'
import { notifications } from '@mantine/notifications'
import type { ApiError, Query } from '@/api/client'
import { readAll } from '@/api/readAll'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'

export function useExport<T>(path: string, query: Query) {
  const t = useCommon()
  const format = useFormat()
  const [busy, setBusy] = useState(false)
  const run = (save: (rows: T[]) => void) => {
    setBusy(true)
    readAll<T>(path, query)
      .then(({ rows, isCut }) => {
        save(rows)
        if (isCut) notifications.show({ color: 'yellow', message: t.exportCut(format.number(rows.length)) })
      })
      .catch(({ message }: ApiError) => notifications.show({ color: 'red', message }))
      .finally(() => setBusy(false))
  }
  return { busy, run }
}
