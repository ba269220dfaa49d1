import { Text } from '@mantine/core'
import { useLanguage } from '@/i18n'
import { useFormat } from '@/format'
import { useOverviewTexts } from './texts'
import classes from './overview.module.css'

interface Day { day: string; completed: number; failed: number }

// Tasks a day as bars; each says its numbers to those who point at it or cannot see it.
export function Week({ points }: { points: Day[] }) {
  const t = useOverviewTexts()
  const format = useFormat()
  const { language } = useLanguage()
  const highest = Math.max(...points.map(({ completed, failed }) => completed + failed))
  if (highest === 0) return <Text c="dimmed" size="sm" py="lg" ta="center">{t.noTasks}</Text>
  const weekday = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' })
  return (
    <>
      <ol className={classes.week}>
        {points.map(({ day, completed, failed }) => {
          const name = weekday.format(new Date(day))
          const said = t.dayTitle(name, format.number(completed), format.number(failed))
          return (
            <li key={day} title={said}>
              <span className={classes.unseen}>{said}</span>
              <span className={classes.bar} aria-hidden>
                <span className={classes.failed} style={{ height: `${failed / highest * 100}%` }} />
                <span className={classes.completed} style={{ height: `${completed / highest * 100}%` }} />
              </span>
              <span className={classes.day} aria-hidden>{name}</span>
            </li>
          )
        })}
      </ol>
      <div className={classes.legend} aria-hidden>
        <span data-kind="completed">{t.completed}</span><span data-kind="failed">{t.failed}</span>
      </div>
    </>
  )
}
