// Values over time, as stacked bars or as lines: drawn by uPlot in the colours of the theme, with a tooltip, and as a
// table for those who read rather than look.
import { useEffect, useMemo, useRef, useState } from 'react'
import { Box, Button, Group, Paper, Table, Text, useMantineColorScheme, useMantineTheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useLanguage, useTexts } from '@/i18n'
import classes from './TimeChart.module.css'
import { seriesColors } from './colors'
import en from './en'
import { chooseTime } from './labels'
import { stack, type Series } from './time'
import zh from './zh'

const texts = { en, zh }
const tooltipWidth = 290

interface Props {
  label: string // what the chart shows, for those who do not see it
  starts: readonly number[] // milliseconds since 1970, rising
  step: number // milliseconds from one start to the next; decides how a time is written
  series: readonly Series[]
  kind?: 'bars' | 'lines'
  format: (value: number) => string
  whole?: boolean // values are counts: there is nothing between two of them
  height?: number
  hideTable?: boolean
}

// Between lines of the grid, where values are counts.
const wholeSteps = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat()

interface Hover {
  index: number
  left: number
}

// Bars one upon the other: the sums, the highest first, so that each covers the lower part of the one before.
function toData(starts: readonly number[], series: readonly Series[], kind: 'bars' | 'lines'): uPlot.AlignedData {
  const times = starts.map((at) => at / 1000)
  const drawn = kind === 'bars' ? stack(series).toReversed() : series.map(({ values }) => values)
  return [times, ...drawn]
}

function makeOptions(
  props: Required<Pick<Props, 'kind' | 'format' | 'height' | 'step' | 'whole'>>,
  width: number,
  colors: string[],
  style: CSSStyleDeclaration,
  language: 'en' | 'zh',
  onHover: (hover: Hover | null) => void,
): uPlot.Options {
  const { kind, format, height, step, whole } = props
  const grid = style.getPropertyValue('--line').trim()
  const axis: uPlot.Axis = {
    stroke: style.getPropertyValue('--mantine-color-dimmed').trim(),
    font: '12px system-ui, sans-serif',
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  }
  const bars = uPlot.paths.bars!({ size: [0.72, 48], radius: 0.12 })
  const order = kind === 'bars' ? colors.toReversed() : colors
  return {
    width,
    height,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: kind === 'lines' }, drag: { x: false, y: false } },
    scales: {
      x: {
        time: true,
        range: (_, from, to) => (kind === 'bars' ? [from - step / 2000, to + step / 2000] : [from, to]),
      },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        space: 70,
        values: (_, splits) => splits.map((at) => chooseTime(at * 1000, step, language)),
      },
      { ...axis, size: 64, incrs: whole ? wholeSteps : undefined, values: (_, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...order.map((color): uPlot.Series =>
        kind === 'bars'
          ? { stroke: color, fill: color, width: 0, paths: bars, points: { show: false } }
          : { stroke: color, fill: `${color}1f`, width: 2, points: { show: false } },
      ),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx: index, left = -1 } = plot.cursor
          onHover(
            index === null || index === undefined || left < 0
              ? null
              : { index, left: left + plot.bbox.left / uPlot.pxRatio },
          )
        },
      ],
    },
  }
}

export function TimeChart({
  label,
  starts,
  step,
  series,
  kind = 'bars',
  format,
  whole = false,
  height = 240,
  hideTable = false,
}: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { ref: sizeRef, width } = useElementSize()
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(null)
  const [hover, setHover] = useState<Hover | null>(null)
  const [asTable, setAsTable] = useState(false)
  const { colorScheme } = useMantineColorScheme()
  const theme = useMantineTheme()
  const colors = useMemo(
    () =>
      seriesColors(
        theme,
        series.map(({ name }) => name),
      ),
    [theme, series],
  )
  const data = useMemo(() => toData(starts, series, kind), [starts, series, kind])
  const shown = useRef(data)
  shown.current = data

  // The plot is made anew only when what it looks like changes; new values go into the one that is there.
  const look = `${kind} ${height} ${step} ${whole} ${language} ${colors.join()}`
  const printed = useRef(format)
  useEffect(() => {
    printed.current = format
  })
  useEffect(() => {
    const element = holder.current
    if (!element || width < 40) return
    const made = new uPlot(
      makeOptions(
        { kind, format: (value) => printed.current(value), height, step, whole },
        width,
        colors,
        getComputedStyle(element),
        language,
        setHover,
      ),
      shown.current,
      element,
    )
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
    // `look` stands for what the options are made of.
  }, [look, colorScheme, width > 40])
  useEffect(() => {
    plot.current?.setData(data)
  }, [data])
  useEffect(() => {
    if (width >= 40) plot.current?.setSize({ width, height })
  }, [width, height])

  return (
    <Box>
      <Group justify="space-between" align="flex-start" gap="xs" mb="xs" wrap="nowrap">
        <Legend series={series} colors={colors} />
        {!hideTable && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            className={classes.toggle}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? t.asChart : t.asTable}
          </Button>
        )}
      </Group>
      <Box ref={sizeRef} className={classes.frame} hidden={asTable}>
        <div ref={holder} role="img" aria-label={label} className={classes.plot} style={{ minHeight: height }} />
        {hover && <Tooltip {...{ hover, width, starts, step, series, colors, format }} />}
      </Box>
      {asTable && <SeriesTable {...{ label, starts, step, series, format }} />}
    </Box>
  )
}

function Legend({ series, colors }: { series: readonly Series[]; colors: string[] }) {
  return (
    <Group gap="md" className={classes.legend}>
      {series.map(
        ({ name }, i) =>
          name !== '' && (
            <Group key={name} gap={6} wrap="nowrap">
              <span className={classes.swatch} style={{ background: colors[i] }} aria-hidden />
              <Text size="xs" c="dimmed">
                {name}
              </Text>
            </Group>
          ),
      )}
    </Group>
  )
}

interface TooltipProps {
  hover: Hover
  width: number
  starts: readonly number[]
  step: number
  series: readonly Series[]
  colors: string[]
  format: (value: number) => string
}

function Tooltip({ hover, width, starts, step, series, colors, format }: TooltipProps) {
  const { language } = useLanguage()
  const at = starts[hover.index]
  if (at === undefined) return null
  const left = hover.left + tooltipWidth + 24 > width ? Math.max(0, hover.left - tooltipWidth - 12) : hover.left + 12
  const rows = series.map(({ name, values }, i) => ({ name, value: values[hover.index] ?? 0, color: colors[i] }))
  const some = rows.filter(({ value }) => value !== 0)
  return (
    <Paper
      className={classes.tooltip}
      style={{ left, width: tooltipWidth }}
      shadow="md"
      p="xs"
      withBorder
      aria-hidden
    >
      <Text size="xs" fw={600} mb={4}>
        {chooseTime(at, step, language, true)}
      </Text>
      {(some.length > 0 ? some : rows.slice(0, 1)).map(({ name, value, color }) => (
        <Group key={name} gap={6} wrap="nowrap" justify="space-between">
          <Group gap={6} wrap="nowrap" miw={0}>
            <span className={classes.swatch} style={{ background: color }} />
            <Text size="xs" truncate>
              {name}
            </Text>
          </Group>
          <Text size="xs" ff="monospace">
            {format(value)}
          </Text>
        </Group>
      ))}
    </Paper>
  )
}

function SeriesTable({
  label,
  starts,
  step,
  series,
  format,
}: Omit<TooltipProps, 'hover' | 'width' | 'colors'> & { label: string }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <Table.ScrollContainer minWidth={320} mah={360}>
      <Table stickyHeader aria-label={label} fz="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.time}</Table.Th>
            {series.map(({ name }) => (
              <Table.Th key={name} ta="right">
                {name || t.value}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {starts.map((at, i) => (
            <Table.Tr key={at}>
              <Table.Td>{chooseTime(at, step, language, true)}</Table.Td>
              {series.map(({ name, values }) => (
                <Table.Td key={name} ta="right" ff="monospace">
                  {format(values[i] ?? 0)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
