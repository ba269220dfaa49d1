import { lazy } from 'react'
import { useParams } from 'wouter'
import TaskList from './TaskList'

const TaskPage = lazy(() => import('./TaskPage'))

export default function Tasks() {
  const { id } = useParams()
  return id ? <TaskPage key={id} id={id} /> : <TaskList />
}
