import { useMemo, type ReactNode } from 'react'
import { Button, Skeleton, Table } from '@mantine/core'
import { tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table'
import { Link, useLocation } from 'wouter'
import type { ApiError } from '@/api/client'
import { useCommon } from '@/i18n'
import { ErrorNotice } from './notices'
import classes from './DataTable.module.css'

export interface Column<T> {
  id: string
  header: string
  cell: (row: T) => ReactNode
  align?: 'left' | 'right'
  width?: number
  wide?: boolean // left out on phones
}

interface Props<T> {
  label: string // for those who do not see the table
  columns: Column<T>[]
  rows: T[]
  rowKey: (row: T) => string
  href?: (row: T) => string // where a row leads; its first cell is the link
  loading?: boolean
  error?: ApiError | null
  retry?: () => void
  empty?: ReactNode
  hasMore?: boolean
  loadingMore?: boolean
  loadMore?: () => void
}

const features = tableFeatures({})
const SKELETON_ROWS = 5
const MOST_ON_PHONE = 130 // pixels of a column that is wider elsewhere

export function DataTable<T extends object>(props: Props<T>) {
  const { columns, rows, rowKey, href, loading = false, error, empty } = props
  const t = useCommon()
  const [, navigate] = useLocation()
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns])
  const definitions = useMemo(() => columns.map((column): ColumnDef<typeof features, T> =>
    ({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) })), [columns])
  const table = useTable({ features, columns: definitions, data: rows, getRowId: rowKey })
  if (error && rows.length === 0) return <div className={classes.aside}><ErrorNotice error={error} retry={props.retry} /></div>
  if (!loading && rows.length === 0) return <>{empty}</>
  const look = (id: string) => {
    const column = byId.get(id)
    const width = column?.width && { base: Math.min(column.width, MOST_ON_PHONE), sm: column.width }
    return { ta: column?.align, w: width, className: column?.wide ? 'on-wide' : undefined }
  }
  return (
    <div className={classes.frame} tabIndex={0} role="region" aria-label={props.label} aria-busy={loading}>
      <Table className={classes.table} verticalSpacing={0} horizontalSpacing={0}>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <Table.Th key={header.id} scope="col" {...look(header.column.id)}>
                  {byId.get(header.column.id)?.header || <span className={classes.unseen}>{t.actions}</span>}
                </Table.Th>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {loading && rows.length === 0 && Array.from({ length: SKELETON_ROWS }, (_, at) => (
            <Table.Tr key={at}>
              {columns.map((column) => <Table.Td key={column.id} {...look(column.id)}><Skeleton h={14} my={4} /></Table.Td>)}
            </Table.Tr>
          ))}
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id} data-link={href ? true : undefined}
              onClick={href && ((event) => {
                // Buttons and links in the row do their own.
                if (!(event.target as Element).closest('a, button, input, [role=menu]')) navigate(href(row.original))
              })}>
              {row.getAllCells().map((cell, place) => (
                <Table.Td key={cell.id} {...look(cell.column.id)}>
                  {href && place === 0
                    ? <Link href={href(row.original)} className={classes.link}><table.FlexRender cell={cell} /></Link>
                    : <table.FlexRender cell={cell} />}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {props.hasMore && (
        <div className={classes.more}>
          <Button variant="default" size="xs" loading={props.loadingMore} onClick={props.loadMore}>{t.loadMore}</Button>
        </div>
      )}
    </div>
  )
}
