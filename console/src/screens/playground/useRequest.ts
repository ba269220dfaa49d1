// The request as it stands on the form: its body, the files with it, what is wrong with it. The address holds the body
// too, so that it can be shared and comes back with the browser's buttons.
import { useCallback, useMemo, useState } from 'react'
import { useDebouncedCallback } from '@mantine/hooks'
import { useLocation, useSearch } from 'wouter'
import type { ModelCard } from '@/api/types'
import type { Schema } from './schema'
import { startBody, withExampleLinks } from './start'
import type { Upload, Uploads } from './upload_parts'
import { type Body, encodeBody, isEmpty, prune } from './url_body'
import { check } from './validator'

const urlQuietMilliseconds = 300

const differing = (a: Body, b: Body) =>
  Object.keys({ ...a, ...b }).filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))

// The component that uses it is made anew for another model.
export function useRequest(model: ModelCard, onChange: () => void) {
  const schema = model.schema as Schema
  const search = useSearch()
  const [location, navigate] = useLocation()
  const [body, setBody] = useState(() => startBody(model, search))
  const [uploads, setUploads] = useState<Uploads>({})
  // Problems show for what was touched, and for everything once Run was pressed.
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [pressed, setPressed] = useState(false)
  const taskId = new URLSearchParams(search).get('task')

  const writeUrl = useCallback(
    (next: Body, task: string | null) => {
      const query = encodeBody(next, schema)
      if (task) query.set('task', task)
      const text = query.toString()
      navigate(`${location}${text && `?${text}`}`, { replace: true })
    },
    [location, navigate, schema],
  )
  const writeUrlSoon = useDebouncedCallback(writeUrl, urlQuietMilliseconds)

  const sent = useMemo((): Body => ({ model: model.id, ...prune(body, schema) }), [model.id, body, schema])
  const hasUploads = Object.values(uploads).some((list) => list.length > 0)
  const shown = useMemo(
    () => (hasUploads ? withExampleLinks(sent, uploads, schema) : sent),
    [hasUploads, sent, uploads, schema],
  )
  const problems = useMemo(() => check(shown, schema), [shown, schema])

  const change = (next: Body) => {
    const changed = differing(body, next)
    if (changed.length === 0) return
    setTouched(new Set([...touched, ...changed.filter((name) => !isEmpty(next[name]))]))
    setBody(next)
    writeUrlSoon(next, taskId)
    onChange()
  }
  const setField = (field: string, list: Upload[]) => {
    setUploads((now) => ({ ...now, [field]: list }))
    onChange()
  }
  const reset = () => {
    writeUrlSoon.cancel()
    setBody(startBody(model, ''))
    setUploads({})
    setPressed(false)
    setTouched(new Set())
    navigate(location, { replace: true })
    onChange()
  }
  return {
    schema,
    body,
    uploads,
    hasUploads,
    taskId,
    change,
    setField,
    reset,
    sent, // what goes to the server
    shown, // what a program would send
    problems,
    visibleProblems: problems.filter(({ path: [field] }) => pressed || touched.has(String(field))),
    press: () => setPressed(true),
    keepTask: (id: string) => {
      writeUrlSoon.cancel()
      writeUrl(body, id)
    },
  }
}
