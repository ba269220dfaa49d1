// One run of the playground: the submit, then the task as the stream tells of it.
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { call, type ApiError } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Book, SubmittedTask, TaskDetail } from '@/api/types'
import { useStream } from '@/stream'
import { type Uploads, withUploads } from './upload_parts'
import type { Body } from './url_body'

// Should the stream break just before the end of a task, the page finds out by itself.
const safetyMilliseconds = 5_000

export function useRun(
  api: string,
  account: string | null,
  book: Book,
  taskId: string | null,
  onTask: (id: string) => void,
  opened?: TaskDetail,
) {
  const cache = useQueryClient()
  const [submitting, setSubmitting] = useState(false)
  const [startedAt, setStartedAt] = useState<number | null>(null)
  const [submitted, setSubmitted] = useState<SubmittedTask | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [ended, setEnded] = useState<string | null>(null)
  const followed = useGet<TaskDetail>(`${api}/tasks/${taskId ?? ''}`, {
    enabled: taskId !== null,
    initialData: opened?.id === taskId ? opened : undefined,
    refetchInterval: taskId !== null && ended !== taskId ? safetyMilliseconds : undefined,
  })
  const found = followed.data?.id === taskId ? followed.data : undefined
  if (found && found.status !== 'processing' && ended !== found.id) setEnded(found.id)
  useStream(['tasks'], account)

  const start = async (body: Body, uploads: Uploads) => {
    setSubmitting(true)
    setStartedAt(Date.now())
    setError(null)
    try {
      const answer = await call<SubmittedTask>('POST', `${api}/playground`, {
        query: { book },
        body: withUploads(body, uploads),
      })
      setSubmitted(answer)
      onTask(answer.id)
      // The first steps and the balance of the account have changed.
      void cache.invalidateQueries({ queryKey: ['api', api] })
    } catch (reason) {
      setError(reason as ApiError)
    } finally {
      setSubmitting(false)
    }
  }
  const waiting = submitted !== null && submitted.id === taskId && !found
  const going = submitting || waiting || found?.status === 'processing'
  return {
    start,
    submitting,
    going,
    submitted: submitted?.id === taskId ? submitted : null,
    error: error ?? (found ? null : followed.error),
    clearError: () => setError(null),
    task: submitting ? null : (found ?? null),
    // Of a task that this page did not start, its own beginning counts.
    startedAt: going
      ? submitting || waiting || submitted?.id === taskId
        ? startedAt
        : Date.parse(found!.created_at)
      : null,
  }
}
