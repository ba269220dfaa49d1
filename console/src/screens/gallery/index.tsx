import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Center, Group, SegmentedControl, Skeleton, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { IconPhoto } from '@tabler/icons-react'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { Link } from 'wouter'
import { useList } from '@/api/hooks'
import type { TaskRow } from '@/api/types'
import { EmptyState, ErrorNotice, Page, Section } from '@/components'
import { useFormat } from '@/format'
import { useCommon, useTexts } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { useUrlFilters } from '@/useUrlFilters'
import en from './en'
import classes from './gallery.module.css'
import { columnsFor, isExpired, type Item, itemsOf, rowsOf } from './items'
import { Tile } from './Tile'
import { Viewer } from './Viewer'
import zh from './zh'

const texts = { en, zh }
const pageSize = 100
const leastTile = 180
const gap = 12
const minuteMilliseconds = 60_000
// More rows are asked for while so many are still below the window.
const rowsAhead = 4

function useMinute() {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minuteMilliseconds)
    return () => clearInterval(timer)
  }, [])
  return now
}

export default function Gallery() {
  const t = useTexts(texts)
  const common = useCommon()
  const scope = useScope()
  const [book] = useBook()
  const [{ kind }, setFilters] = useUrlFilters(['kind'] as const)
  const list = useList<TaskRow>(`${scope.api}/tasks`, {
    query: { status: 'completed', media: kind, book, limit: pageSize },
  })
  const now = useMinute()
  const items = useMemo(() => itemsOf(list.rows, kind, now), [list.rows, kind, now])
  // What is older than the first that has expired has expired too.
  const hasMore = list.hasNextPage && !isExpired(list.rows.at(-1), now)
  // A page that finds nothing is the sign of a long way back, which nobody goes without being asked.
  const isFar = list.data?.pages.at(-1)?.data.length === 0
  return (
    <Page
      title={common.screens.gallery}
      description={t.description}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t.kind}
          value={kind}
          onChange={(next) => setFilters({ kind: next })}
          data={Object.entries(t.kinds).map(([value, label]) => ({ value, label }))}
        />
      }
    >
      {list.error ? (
        <ErrorNotice error={list.error} retry={() => void list.refetch()} />
      ) : list.isLoading ? (
        <Loading />
      ) : items.length === 0 && !hasMore ? (
        <Section>
          <EmptyState
            icon={IconPhoto}
            title={t.emptyTitle}
            action={
              <Button component={Link} href={`${scope.home}/playground`}>
                {t.tryPlayground}
              </Button>
            }
          >
            {t.emptyText}
          </EmptyState>
        </Section>
      ) : (
        <Grid
          items={items}
          now={now}
          hasMore={hasMore}
          isFar={isFar}
          loadingMore={list.isFetchingNextPage}
          loadMore={() => void list.fetchNextPage()}
        />
      )}
    </Page>
  )
}

interface GridProps {
  items: Item[]
  now: number
  hasMore: boolean
  isFar: boolean
  loadingMore: boolean
  loadMore: () => void
}

function Grid({ items, now, hasMore, isFar, loadingMore, loadMore }: GridProps) {
  const t = useTexts(texts)
  const common = useCommon()
  const format = useFormat()
  const { ref: sizeRef, width } = useElementSize()
  const holder = useRef<HTMLDivElement>(null)
  const [openKey, setOpenKey] = useState<string | null>(null)
  const columns = columnsFor(width || 1, leastTile, gap)
  const size = Math.floor((width - gap * (columns - 1)) / columns)
  const rows = useMemo(() => rowsOf(items, columns), [items, columns])
  const [offset, setOffset] = useState(0)
  useEffect(() => setOffset((holder.current?.getBoundingClientRect().top ?? 0) + window.scrollY), [width])
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => size + gap,
    overscan: 3,
    scrollMargin: offset,
    useFlushSync: false,
  })
  useEffect(() => virtual.measure(), [virtual, size])
  const shown = virtual.getVirtualItems()
  const lastShown = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (width > 0 && hasMore && !isFar && !loadingMore && lastShown >= rows.length - rowsAhead) loadMore()
    // Asked anew when what is in view or what is there changes.
  }, [lastShown, rows.length, hasMore, isFar, loadingMore, width])
  const open = useCallback((item: Item) => setOpenKey(item.key), [])
  const place = items.findIndex(({ key }) => key === openKey)
  return (
    <div ref={sizeRef}>
      <div
        ref={holder}
        className={classes.grid}
        style={{ height: virtual.getTotalSize() }}
        role="list"
        aria-label={common.screens.gallery}
      >
        {width > 0 &&
          shown.map(({ index, start }) => (
            <div key={index} className={classes.row} style={{ gap, transform: `translateY(${start - offset}px)` }}>
              {rows[index]!.map((item) => (
                <div key={item.key} role="listitem">
                  <Tile item={item} size={size} now={now} onOpen={open} />
                </div>
              ))}
            </div>
          ))}
      </div>
      {loadingMore && (
        <Center p="md">
          <Text size="xs" c="dimmed">
            {common.loading}
          </Text>
        </Center>
      )}
      {hasMore && isFar && !loadingMore && (
        <Center p="md">
          <Button variant="default" size="xs" onClick={loadMore}>
            {t.lookFurther}
          </Button>
        </Center>
      )}
      <Group justify="center">
        <Text size="xs" c="dimmed" role="status">
          {t.count(format.number(items.length))}
        </Text>
      </Group>
      <Viewer
        item={items[place] ?? null}
        now={now}
        onClose={() => setOpenKey(null)}
        onStep={(by) => setOpenKey(items[(place + by + items.length) % items.length]?.key ?? null)}
      />
    </div>
  )
}

function Loading() {
  return (
    <div className={classes.loading}>
      {Array.from({ length: 10 }, (_, i) => (
        <Skeleton key={i} className={classes.bone} />
      ))}
    </div>
  )
}
