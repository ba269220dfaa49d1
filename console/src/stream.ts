// The server's events for this tab: one connection whatever the number of listeners, what comes goes into the cache of
// queries, so a screen that shows a list or an object has nothing to do but `useStream`.
import { useEffect, useRef } from 'react'
import { useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { apiUrl } from '@/api/client'
import { keyOf } from '@/api/hooks'
import type { List, QueueReport, TaskRow, Upstream } from '@/api/types'

export type Topic = 'tasks' | 'queue' | 'upstreams'

interface Wish { account: string | null; topics: Topic[]; onTask: (task: TaskRow) => void }

const RETRY_MILLISECONDS = [1000, 2000, 5000, 15_000]
const wishes = new Set<Wish>()
let source: EventSource | null = null
let address = ''
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined

// A task that some list or page shows already is shown as it is now.
function patchTask(cache: QueryClient, task: TaskRow) {
  const ofTask = (row: TaskRow) => row.id === task.id ? { ...row, ...task } : row
  cache.setQueriesData<InfiniteData<List<TaskRow>>>({
    predicate: ({ queryKey }) => queryKey[3] === 'pages' && /\/tasks$/.test(String(queryKey[1])),
  }, (shown) => shown && { ...shown, pages: shown.pages.map((page) => ({ ...page, data: page.data.map(ofTask) })) })
  void cache.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).endsWith(`/tasks/${task.id}`) })
}

function connect(cache: QueryClient) {
  clearTimeout(timer)
  const topics = [...new Set([...wishes].flatMap((wish) => wish.topics))].sort()
  const account = [...wishes].find((wish) => wish.account)?.account
  const wanted = topics.length ? apiUrl('/stream', { account, topics: topics.join(',') }) : ''
  if (wanted === address && source && source.readyState !== EventSource.CLOSED) return
  source?.close()
  source = null
  address = wanted
  if (!wanted) return
  const opened = source = new EventSource(wanted)
  opened.onopen = () => { failures = 0 }
  opened.onerror = () => {
    // The browser tries again by itself unless it was refused.
    if (opened.readyState !== EventSource.CLOSED || opened !== source) return
    timer = setTimeout(() => connect(cache), RETRY_MILLISECONDS[Math.min(failures++, RETRY_MILLISECONDS.length - 1)])
  }
  const listen = <T>(event: string, take: (data: T) => void) =>
    opened.addEventListener(event, (message) => take(JSON.parse((message as MessageEvent<string>).data) as T))
  listen<TaskRow>('task', (task) => {
    patchTask(cache, task)
    for (const wish of wishes) wish.onTask(task)
  })
  listen<QueueReport>('queue', (report) => cache.setQueryData(keyOf('/queue'), report))
  // What was missed is read again.
  listen('reset', () => void cache.invalidateQueries({ predicate: ({ queryKey }) => /\/tasks(\/|$)/.test(String(queryKey[1])) }))
  listen<Upstream[]>('upstreams', (data) => cache.setQueryData(keyOf('/upstreams'), { data }))
}

// Keeps what is shown true for as long as the component is mounted. `onTask` hears of every task of the account, the
// new ones too.
export function useStream(topics: Topic[], account: string | null = null, onTask: (task: TaskRow) => void = () => {}) {
  const cache = useQueryClient()
  const listener = useRef(onTask)
  useEffect(() => { listener.current = onTask })
  const asked = topics.join(',')
  useEffect(() => {
    const wish: Wish = { account, topics: asked.split(',') as Topic[], onTask: (task) => listener.current(task) }
    wishes.add(wish)
    connect(cache)
    return () => {
      wishes.delete(wish)
      // Not at once: the next screen may want the same.
      clearTimeout(timer)
      timer = setTimeout(() => connect(cache), 200)
    }
  }, [cache, account, asked])
}
