// The rows shown, by the time of their submit: one bar a part of time, failures on top.
import { Group, Text, Tooltip } from '@mantine/core'
import { useMemo } from 'react'
import type { TaskRow } from '@/api/types'
import { chooseTime } from '@/charts/labels'
import { histogram } from '@/charts/time'
import { useFormat } from '@/format'
import { useLanguage } from '@/i18n'
import classes from './tasks.module.css'
import { useTaskTexts } from './texts'

const kinds = ['completed', 'processing', 'failed'] as const
const mostBars = 60

export function Histogram({ rows }: { rows: readonly TaskRow[] }) {
  const t = useTaskTexts()
  const format = useFormat()
  const { language } = useLanguage()
  const buckets = useMemo(
    () =>
      histogram(
        rows.map((task) => ({ at: Date.parse(task.created_at), kind: task.status })),
        kinds,
        mostBars,
      ),
    [rows],
  )
  if (buckets.length === 0) return null
  const sum = (counts: Record<(typeof kinds)[number], number>) =>
    kinds.reduce((total, kind) => total + counts[kind], 0)
  const most = Math.max(...buckets.map(({ counts }) => sum(counts)))
  const step = buckets[0]!.end - buckets[0]!.start
  return (
    <div className={classes.histogramFrame}>
      <div className={classes.histogram} role="list" aria-label={t.histogram}>
        {buckets.map(({ start, counts }) => {
          const label = t.bar(
            chooseTime(start, step, language, true),
            format.number(counts.completed),
            format.number(counts.failed),
            format.number(counts.processing),
          )
          return (
            <Tooltip key={start} label={label} openDelay={0} transitionProps={{ duration: 0 }}>
              <div role="listitem" className={classes.column} aria-label={label}>
                {kinds.map(
                  (kind) =>
                    counts[kind] > 0 && (
                      <span
                        key={kind}
                        className={classes.part}
                        data-kind={kind}
                        style={{ height: `${(100 * counts[kind]) / most}%` }}
                      />
                    ),
                )}
              </div>
            </Tooltip>
          )
        })}
      </div>
      <Group justify="space-between" aria-hidden>
        <Text size="xs" c="dimmed">
          {chooseTime(buckets[0]!.start, step, language)}
        </Text>
        <Text size="xs" c="dimmed">
          {chooseTime(buckets.at(-1)!.end, step, language)}
        </Text>
      </Group>
    </div>
  )
}
