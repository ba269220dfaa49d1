// Reading and changing through TanStack Query. The key of everything read is ['api', path, query].
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query'
import { call, type ApiError, type Query } from './client'
import type { List, Me, ServerInfo } from './types'

export const keyOf = (path: string, query: Query = {}): QueryKey => ['api', path, query]

interface ReadOptions { query?: Query; enabled?: boolean; refetchInterval?: number }
// `initialData`: what another answer brought along already.
interface GetOptions<T> extends ReadOptions { initialData?: T }

export function useGet<T>(path: string, { query = {}, ...options }: GetOptions<T> = {}) {
  return useQuery<T, ApiError>({
    queryKey: keyOf(path, query),
    queryFn: ({ signal }) => call<T>('GET', path, { query, signal }),
    ...options,
  })
}

// A list page by page: `rows` is what has come so far, `fetchNextPage` asks for more.
export function useList<T, Page extends List<T> = List<T>>(path: string, { query = {}, ...options }: ReadOptions = {}) {
  const found = useInfiniteQuery<Page, ApiError, { pages: Page[] }, QueryKey, string | null>({
    queryKey: [...keyOf(path, query), 'pages'],
    queryFn: ({ pageParam, signal }) => call<Page>('GET', path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    ...options,
  })
  return { ...found, rows: found.data?.pages.flatMap((page) => page.data) ?? [] }
}

interface Change { path?: string; body?: unknown }

// A change; when it has gone through, everything read below the `touches` paths is read again.
export function useChange<T = unknown>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, touches: string[] = [path]) {
  const cache = useQueryClient()
  return useMutation<T, ApiError, Change>({
    mutationFn: ({ path: below = '', body }) => call<T>(method, path + below, { body }),
    onSuccess: () => Promise.all(touches.map((touched) => cache.invalidateQueries({
      predicate: ({ queryKey }) => queryKey[0] === 'api' && String(queryKey[1]).startsWith(touched),
    }))),
  })
}

export const SESSION = keyOf('/session')

export function useServer() { return useGet<ServerInfo>('/server') }

export function useSession() {
  return useQuery<Me | null, ApiError>({
    queryKey: SESSION,
    queryFn: async ({ signal }) => call<Me>('GET', '/session', { signal }).catch((error: ApiError) => {
      if (error.status === 401) return null
      throw error
    }),
    staleTime: Infinity,
  })
}
