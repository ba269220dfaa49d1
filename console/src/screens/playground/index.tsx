import { useEffect, useMemo } from 'react'
import { Skeleton } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useLocation, useParams, useSearch } from 'wouter'
import { useGet } from '@/api/hooks'
import type { List, ModelCard, TaskDetail } from '@/api/types'
import { ErrorNotice, Page } from '@/components'
import { useCommon } from '@/i18n'
import { playgroundLink } from '@/playgroundLink'
import { useScope } from '@/scope'
import { Workbench } from './Workbench'
import { usePlaygroundTexts } from './fields/common'

export default function Playground() {
  const t = usePlaygroundTexts()
  const common = useCommon()
  const scope = useScope()
  const [, navigate] = useLocation()
  const named = useParams()['*']
  const [lastModel, setLastModel] = useLocalStorage<string>({
    key: 'darkroom-model',
    defaultValue: '',
    getInitialValueInEffect: false,
  })
  const { data, error, refetch } = useGet<List<ModelCard>>('/models')
  const models = useMemo(() => data?.data ?? [], [data])
  const wanted = named ? decodeURIComponent(named) : lastModel
  const model = models.find(({ id }) => id === wanted) ?? models.find(({ kind }) => kind === 'image') ?? models[0]
  const choose = (id: string, query: string) => {
    setLastModel(id)
    navigate(`${scope.home}/playground/${encodeURIComponent(id)}${query}`, { replace: true })
  }
  // "Use these settings" of a list names a task; its request becomes the form.
  const from = new URLSearchParams(useSearch()).get('from')
  const source = useGet<TaskDetail>(`${scope.api}/tasks/${encodeURIComponent(from ?? '')}`, {
    enabled: from !== null,
  })
  useEffect(() => {
    if (from !== null && source.data) navigate(playgroundLink(scope.home, source.data), { replace: true })
  }, [from, source.data, navigate, scope.home])
  return (
    <Page title={common.screens.playground} description={t.description}>
      {error ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : source.error ? (
        <ErrorNotice error={source.error} />
      ) : model && from === null ? (
        <Workbench key={model.id} models={models} model={model} onModel={choose} />
      ) : (
        <Skeleton h={480} />
      )}
    </Page>
  )
}
