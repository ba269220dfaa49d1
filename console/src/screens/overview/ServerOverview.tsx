import { Anchor, Text } from '@mantine/core'
import { Link } from 'wouter'
import { ErrorNotice, Money, Page, Section, Stat, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { useBook } from '@/scope'
import { ServerBook } from '@/ServerBook'
import { useServerNow } from '@/serverNow'
import { useOverviewTexts } from './texts'
import { daysOf, successRate } from './week'
import { Week } from './Week'
import classes from './overview.module.css'

const SHOWN = 6

export function ServerOverview() {
  const t = useOverviewTexts()
  const format = useFormat()
  const [book] = useBook()
  const { week, queue, upstreams, error, refetch } = useServerNow(book)
  const rate = week && successRate(week.totals)
  const resting = upstreams.filter(({ breaker }) => breaker === 'open').length
  if (error) return <Page title={t.title}><ErrorNotice error={error} retry={() => void refetch()} /></Page>
  return (
    <Page title={t.title} description={t.serverText} actions={<ServerBook />}>
      <div className={classes.stats} data-few>
        <Stat label={t.tasks} loading={!week} value={format.number(week?.totals.tasks ?? 0)} hint={t.tasksHint} />
        <Stat label={t.success} loading={!week} value={rate != null ? format.percent(rate) : '—'} hint={t.successHint} />
        <Stat label={t.spend} loading={!week} value={<Money microcredits={week?.totals.captured_microcredits ?? 0} digits={2} />} hint={t.spendHint} />
        <Stat label={t.outputs} loading={!week} value={format.number(week?.totals.outputs ?? 0)} hint={t.outputsHint} />
      </div>
      <div className={classes.two}>
        <Section title={t.perDay} actions={<Anchor size="sm" component={Link} href="/o/tasks">{t.links.tasks}</Anchor>}>
          {week && <Week points={daysOf(week)} />}
        </Section>
        <Section title={t.health} actions={<Anchor size="sm" component={Link} href="/o/queue">{t.links.queue}</Anchor>}>
          <dl className={classes.list}>
            <div><dt>{t.waiting}</dt><dd>{format.number(queue?.waiting ?? 0)}</dd></div>
            <div><dt>{t.running}</dt><dd>{format.number(queue?.running ?? 0)}</dd></div>
            <div><dt>{t.oldest}</dt><dd>{queue?.oldest_wait_seconds != null ? format.duration(queue.oldest_wait_seconds) : '—'}</dd></div>
          </dl>
        </Section>
      </div>
      <Section title={t.upstreams} description={upstreams.length > 0 && (resting > 0 ? t.notWell(resting) : t.allWell)}
        actions={<Anchor size="sm" component={Link} href="/o/upstreams">{t.links.upstreams}</Anchor>}>
        <dl className={classes.list}>
          {upstreams.slice(0, SHOWN).map((one) => (
            <div key={one.name}>
              <dt><Text span className="breaks" c="var(--mantine-color-text)">{one.name}</Text></dt>
              <dd>
                {one.p50_seconds !== null && <Text span c="dimmed" size="sm" mr="sm" title={t.latency}>{format.duration(one.p50_seconds)}</Text>}
                <StatusBadge status={one.drained ? 'drained' : one.breaker} />
              </dd>
            </div>
          ))}
        </dl>
      </Section>
    </Page>
  )
}
