// The rows of tasks, however many: only those in view are in the page.
import { memo, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Text } from '@mantine/core'
import { flexRender, tableFeatures, useTable, type ColumnDef, type Row } from '@tanstack/react-table'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { Link } from 'wouter'
import type { TaskRow } from '@/api/types'
import { Ago, Money, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'
import { Thumbnail } from '@/media/Thumbnail'
import { shownStatus, taskPath } from './rows'
import classes from './tasks.module.css'
import { useTaskTexts } from './texts'

const rowHeight = 60
const features = tableFeatures({})

interface Props {
  rows: TaskRow[]
  showAccount: boolean
  fresh: ReadonlySet<string>
  hasMore: boolean
  loadingMore: boolean
  loadMore: () => void
}

export function TaskTable({ rows, showAccount, fresh, hasMore, loadingMore, loadMore }: Props) {
  const t = useTaskTexts()
  const common = useCommon()
  const format = useFormat()
  const columns = useMemo(
    (): ColumnDef<typeof features, TaskRow>[] => [
      { id: 'task', header: t.task, cell: ({ row: { original: task } }) => <TaskCell task={task} /> },
      {
        id: 'model',
        header: t.model,
        cell: ({
          row: {
            original: { model },
          },
        }) => (
          <span className={classes.clipped} title={model}>
            {model}
          </span>
        ),
      },
      {
        id: 'status',
        header: t.status,
        cell: ({ row: { original: task } }) => (
          <span className={classes.status}>
            <StatusBadge status={shownStatus(task)} />
            {task.error && (
              <span className="mono tabular" title={task.error.message}>
                {task.error.code}
              </span>
            )}
          </span>
        ),
      },
      { id: 'age', header: t.age, cell: ({ row: { original: task } }) => <Ago at={task.created_at} /> },
      {
        id: 'duration',
        header: t.duration,
        cell: ({
          row: {
            original: { seconds },
          },
        }) => (seconds === null ? '–' : format.duration(seconds)),
      },
      { id: 'credits', header: t.credits, cell: ({ row: { original: task } }) => <Credits task={task} /> },
      {
        id: 'who',
        header: showAccount ? t.account : t.key,
        cell: ({
          row: {
            original: { account, key },
          },
        }) => (
          <span className={classes.clipped} title={key.id}>
            {showAccount ? account.name : key.name || `…${key.last4}`}
          </span>
        ),
      },
      // The formatter is new at each render and the same for a language.
    ],
    [t, showAccount],
  )
  const table = useTable({ features, columns, data: rows, getRowId: ({ id }) => id })
  const model = table.getRowModel().rows

  const holder = useRef<HTMLDivElement>(null)
  const [offset, setOffset] = useState(0)
  useEffect(() => {
    const measure = () => setOffset((holder.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  const virtual = useWindowVirtualizer({
    count: model.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: offset,
    useFlushSync: false,
  })
  const items = virtual.getVirtualItems()

  return (
    <>
      <div
        role="table"
        aria-label={common.screens.tasks}
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        className={classes.table}
      >
        <div role="rowgroup">
          {table.getHeaderGroups().map((group) => (
            <div key={group.id} role="row" className={classes.head} aria-rowindex={1}>
              {group.headers.map((header) => (
                <div key={header.id} role="columnheader" data-column={header.id}>
                  {String(header.column.columnDef.header)}
                </div>
              ))}
            </div>
          ))}
        </div>
        <div role="rowgroup" ref={holder} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const row = model[index]!
            return (
              <OneRow
                key={row.id}
                row={row}
                index={index}
                top={start - offset}
                fresh={fresh.has(row.id)}
                columns={columns}
              />
            )
          })}
        </div>
      </div>
      {hasMore && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={loadingMore} onClick={loadMore}>
            {common.loadMore}
          </Button>
        </div>
      )}
    </>
  )
}

interface RowProps {
  row: Row<typeof features, TaskRow>
  index: number
  top: number
  fresh: boolean
  columns: unknown
}

// While the list scrolls, only what comes into view is drawn. `columns` is there so that other columns draw it anew.
const OneRow = memo(function OneRow({ row, index, top, fresh }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      data-fresh={fresh || undefined}
      style={{ height: rowHeight, transform: `translateY(${top}px)` }}
    >
      {row.getAllCells().map((cell) => (
        <div key={cell.id} role="cell" data-column={cell.column.id}>
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
    </div>
  )
})

function TaskCell({ task }: { task: TaskRow }) {
  const t = useTaskTexts()
  return (
    <Link href={taskPath(task)} className={classes.taskCell}>
      <Thumbnail task={task} size={40} />
      <span className={classes.words}>
        <Text span size="sm" className={classes.prompt} c={task.prompt ? undefined : 'dimmed'}>
          {task.prompt || t.noPrompt}
        </Text>
        <Text span size="xs" c="dimmed" ff="monospace" className={classes.prompt}>
          {task.id}
        </Text>
      </span>
    </Link>
  )
}

function Credits({ task }: { task: TaskRow }) {
  const t = useTaskTexts()
  if (task.status !== 'processing') return <Money microcredits={task.captured_microcredits} />
  return (
    <Text span inherit c="dimmed">
      <Money microcredits={task.hold_microcredits} /> {t.held}
    </Text>
  )
}
