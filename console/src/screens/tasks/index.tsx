import { lazy } from 'react'
import { Skeleton } from '@mantine/core'
import { Redirect, useParams } from 'wouter'
import { useGet } from '@/api/hooks'
import type { List, TaskRow } from '@/api/types'
import { ErrorNotice, NotFound } from '@/components'
import { useScope } from '@/scope'
import { taskPath } from './rows'
import TaskList from './TaskList'

const TaskPage = lazy(() => import('./TaskPage'))

export default function Tasks() {
  const { id } = useParams()
  const scope = useScope()
  if (!id) return <TaskList />
  return scope.account === null ? <OfSomeAccount id={id} /> : <TaskPage key={id} id={id} />
}

// A task is shown with its account; who comes from the whole server, with an id alone, is sent there.
function OfSomeAccount({ id }: { id: string }) {
  const { data, error } = useGet<List<TaskRow>>('/tasks', { query: { find: id, limit: 1 } })
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={400} m="xl" />
  const task = data.data[0]
  return task ? <Redirect to={taskPath(task)} replace /> : <NotFound />
}
