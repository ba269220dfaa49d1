// How the server is at this moment: one answer has it all, and from then on the stream tells of the queue and the
// upstreams, under their own names.
import { useGet } from '@/api/hooks'
import type { Book, Overview, QueueReport, Upstream } from '@/api/types'
import { useStream } from '@/stream'

interface Read<T> { data: T | undefined; dataUpdatedAt: number }

// The first answer, unless the stream has told something later.
const latest = <T>(streamed: Read<T>, first: Read<Overview>, read: (overview: Overview) => T): T | undefined =>
  first.data === undefined || streamed.dataUpdatedAt > first.dataUpdatedAt ? streamed.data : read(first.data)

export function useServerNow(book: Book) {
  const overview = useGet<Overview>('/overview', { query: { book } })
  const queue = useGet<QueueReport>('/queue', { enabled: false })
  const upstreams = useGet<{ data: Upstream[] }>('/upstreams', { enabled: false })
  useStream(['queue', 'upstreams'])
  return {
    error: overview.error,
    refetch: overview.refetch,
    week: overview.data?.week,
    queue: latest(queue, overview, (all) => all.queue),
    upstreams: latest(upstreams, overview, (all) => ({ data: all.upstreams }))?.data ?? [],
  }
}
