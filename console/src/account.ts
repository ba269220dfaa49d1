// Coming and going: what the server answers about the person signed in, and what follows in this tab.
import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { call, setCsrfToken } from '@/api/client'
import { SESSION } from '@/api/hooks'
import type { Me } from '@/api/types'

export function useAdopt() {
  const cache = useQueryClient()
  return (me: Me) => {
    setCsrfToken(me.csrf_token)
    cache.setQueryData(SESSION, me)
  }
}

export function useSignOut() {
  const cache = useQueryClient()
  const [, navigate] = useLocation()
  return () => void call('POST', '/logout').catch(() => {}).finally(() => {
    // The session's own entry stays: the routes look at it, and would not hear of one that took its place.
    cache.setQueryData(SESSION, null)
    cache.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== SESSION[1] })
    navigate('/login')
  })
}
