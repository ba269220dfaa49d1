import { useMemo, useState } from 'react'
import { Button, Group, Menu, Skeleton, Stack, Text } from '@mantine/core'
import { IconDownload, IconListSearch, IconPhotoPlus } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { Query } from '@/api/client'
import { useList } from '@/api/hooks'
import type { TaskRow } from '@/api/types'
import { EmptyState, ErrorNotice, Page, Section } from '@/components'
import { saveFile, toCsv } from '@/export'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { useStream } from '@/stream'
import { useExport } from '@/useExport'
import { useUrlFilters } from '@/useUrlFilters'
import { FilterBar } from './FilterBar'
import { Histogram } from './Histogram'
import { belongs, createdAfter, exportColumns, filterNames } from './rows'
import { TaskTable } from './TaskTable'
import { useTaskTexts } from './texts'

const pageSize = 50
// What the stream may add on top before the list is read again.
const mostFresh = 500

export default function TaskList() {
  const t = useTaskTexts()
  const common = useCommon()
  const format = useFormat()
  const scope = useScope()
  const [book] = useBook()
  const [filters, setFilters] = useUrlFilters(filterNames)
  const [live, setLive] = useState(true)
  const [arrived, setArrived] = useState<TaskRow[]>([])
  const { period, ...rest } = filters
  // The server of all accounts shows both modes; an account shows the one chosen. What is looked for by its id is
  // found in either.
  const shownBook = scope.account === null || filters.find ? null : book
  const after = useMemo(() => createdAfter(period, Date.now()), [period])
  const view = JSON.stringify([scope.api, rest, after, shownBook])
  const path = `${scope.api}/tasks`
  const query = { ...rest, created_after: after, book: shownBook }
  const list = useList<TaskRow>(path, { query: { ...query, limit: pageSize } })

  useStream(['tasks'], scope.account, (task) => {
    if (!belongs(task, filters, shownBook)) return
    setArrived((now) => [task, ...now.filter(({ id }) => id !== task.id)].slice(0, mostFresh))
  })
  const [lastView, setLastView] = useState(view)
  if (view !== lastView) {
    setLastView(view)
    setArrived([])
  }

  const known = useMemo(() => new Set(list.rows.map(({ id }) => id)), [list.rows])
  const added = useMemo(
    () => arrived.filter(({ id }) => !known.has(id)).sort((a, b) => b.created_at.localeCompare(a.created_at)),
    [arrived, known],
  )
  const [shownAdded, setShownAdded] = useState<TaskRow[]>([])
  const onTop = live
    ? added
    : shownAdded.map((task) => added.find(({ id }) => id === task.id) ?? task).filter(({ id }) => !known.has(id))
  const waiting = live ? 0 : added.length - onTop.length
  const rows = useMemo(() => [...onTop, ...list.rows], [onTop, list.rows])
  const fresh = useMemo(() => new Set(onTop.map(({ id }) => id)), [onTop])
  const filtered = Object.values(filters).some((value) => value !== '')

  return (
    <Page title={common.screens.tasks} description={t.description} actions={<ExportMenu path={path} query={query} disabled={rows.length === 0} />}>
      <FilterBar
        filters={filters}
        setFilters={setFilters}
        live={live}
        setLive={(on) => {
          setShownAdded(added)
          setLive(on)
        }}
      />
      {waiting > 0 && (
        <Button
          variant="light"
          color="gray"
          size="xs"
          style={{ alignSelf: 'center' }}
          onClick={() => setShownAdded(added)}
        >
          {t.newTasks(format.number(waiting))}
        </Button>
      )}
      {list.error ? (
        <ErrorNotice error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Section flush>
          {list.isLoading ? (
            <Loading />
          ) : rows.length === 0 ? (
            <EmptyState
              icon={filtered ? IconListSearch : IconPhotoPlus}
              title={filtered ? t.noneFound : t.emptyTitle}
              action={
                list.hasNextPage ? (
                  <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                    {common.loadMore}
                  </Button>
                ) : !filtered && scope.account !== null ? (
                  <Button component={Link} href={`${scope.home}/playground`}>
                    {t.tryPlayground}
                  </Button>
                ) : undefined
              }
            >
              {filtered ? t.noneFoundText : t.emptyText}
            </EmptyState>
          ) : (
            <>
              <Histogram rows={rows} />
              <TaskTable
                rows={rows}
                showAccount={scope.account === null}
                fresh={fresh}
                hasMore={list.hasNextPage}
                loadingMore={list.isFetchingNextPage}
                loadMore={() => void list.fetchNextPage()}
              />
            </>
          )}
        </Section>
      )}
      {rows.length > 0 && (
        <Text size="xs" c="dimmed" ta="center" role="status">
          {t.shown(format.number(rows.length))}
        </Text>
      )}
    </Page>
  )
}

function Loading() {
  return (
    <Stack gap={12} p="md">
      {Array.from({ length: 8 }, (_, i) => (
        <Skeleton key={i} h={40} />
      ))}
    </Stack>
  )
}

function ExportMenu({ path, query, disabled }: { path: string; query: Query; disabled: boolean }) {
  const t = useTaskTexts()
  const { busy, run } = useExport<TaskRow>(path, query)
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />} disabled={disabled} loading={busy}>
          {t.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => run((rows) => saveFile('tasks.csv', 'text/csv', toCsv(exportColumns, rows)))}>
          <Group>{t.csv}</Group>
        </Menu.Item>
        <Menu.Item onClick={() => run((rows) => saveFile('tasks.json', 'application/json', JSON.stringify(rows, null, 2)))}>
          <Group>{t.json}</Group>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
