// The colours of series: distinct for those who tell few colours apart as well, the same for the same place.
import type { MantineTheme } from '@mantine/core'

const names = ['indigo', 'teal', 'orange', 'grape', 'cyan', 'pink', 'lime'] as const
const shade = 6
// What is added up of many is grey.
export const restName = '…'

export function seriesColors(theme: MantineTheme, series: readonly string[]): string[] {
  return series.map((name, i) =>
    name === restName ? theme.colors.gray[5] : theme.colors[names[i % names.length]!]![shade],
  )
}
