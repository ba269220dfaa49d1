// Filters that live in the address, so that a view can be shared and the browser's buttons work.
import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

export function useUrlFilters<Name extends string>(names: readonly Name[]) {
  const search = useSearch()
  const [location, navigate] = useLocation()
  const filters = useMemo(() => {
    const query = new URLSearchParams(search)
    return Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Record<Name, string>
    // The names are a screen's constants.
  }, [search])
  const setFilters = useCallback((changes: Partial<Record<Name, string>>) => {
    const query = new URLSearchParams(search)
    for (const [name, value] of Object.entries(changes) as [Name, string][]) {
      if (value) query.set(name, value)
      else query.delete(name)
    }
    const text = query.toString()
    navigate(`${location}${text && `?${text}`}`, { replace: true })
  }, [search, location, navigate])
  return [filters, setFilters] as const
}
