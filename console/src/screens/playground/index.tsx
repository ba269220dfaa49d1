import { useEffect, useState } from 'react'
import { Skeleton } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useLocation, useParams, useSearch } from 'wouter'
import { useGet } from '@/api/hooks'
import type { PlaygroundView } from '@/api/types'
import { ErrorNotice, Page } from '@/components'
import { useCommon } from '@/i18n'
import { playgroundLink } from '@/playgroundLink'
import { useBook, useScope } from '@/scope'
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
  const wanted = named ? decodeURIComponent(named) : lastModel
  const query = new URLSearchParams(useSearch())
  const [book] = useBook()
  // Models, request, price, and the task of the address: all that is shown at first, in one answer.
  const [opening] = useState(() => ({ ...Object.fromEntries(query), model: wanted, book }))
  const { data, error, refetch } = useGet<PlaygroundView>(`${scope.api}/playground`, { query: opening })
  const models = data?.models ?? []
  const model = models.find(({ id }) => id === wanted) ?? models.find(({ id }) => id === data?.model)
  const choose = (id: string, form: string) => {
    setLastModel(id)
    navigate(`${scope.home}/playground/${encodeURIComponent(id)}${form}`, { replace: true })
  }
  // "Use these settings" of a list names a task; its request becomes the form.
  const from = query.get('from')
  useEffect(() => {
    if (from === null || !data) return
    navigate(playgroundLink(scope.home, { model: data.model ?? wanted, request: data.request }), { replace: true })
  }, [from, data, wanted, navigate, scope.home])
  return (
    <Page title={common.screens.playground} description={t.description}>
      {error ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : data && model && from === null ? (
        <Workbench key={model.id} opened={data} openedBook={opening.book} model={model} onModel={choose} />
      ) : (
        <Skeleton h={480} />
      )}
    </Page>
  )
}
