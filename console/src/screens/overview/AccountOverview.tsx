import { Alert, Anchor } from '@mantine/core'
import { useThrottledCallback } from '@mantine/hooks'
import { IconFlask } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useGet } from '@/api/hooks'
import type { AccountSummary } from '@/api/types'
import { ErrorNotice, LowFunds, Money, Page, Section, Stat } from '@/components'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { useStream } from '@/stream'
import { FirstSteps } from './FirstSteps'
import { useOverviewTexts } from './texts'
import { daysOf, successRate } from './week'
import { Week } from './Week'
import classes from './overview.module.css'

// However many tasks move, the sums are read again this often at most.
const REREAD_MILLISECONDS = 5000

export function AccountOverview() {
  const t = useOverviewTexts()
  const common = useCommon()
  const format = useFormat()
  const scope = useScope()
  const [book] = useBook()
  const account = useGet<AccountSummary>(scope.api, { query: { book } })
  // A task that begins or ends may tick a step and moves the sums.
  const reread = useThrottledCallback(() => void account.refetch(), REREAD_MILLISECONDS)
  useStream(['tasks'], scope.account, reread)
  if (account.error) return <Page title={t.title}><ErrorNotice error={account.error} retry={() => void account.refetch()} /></Page>
  const loading = account.data === undefined
  const { first_steps: steps, funds, week, unfinished_tasks: unfinished = 0, median_seconds: median } = account.data ?? {}
  const rate = week && successRate(week.totals)
  return (
    <Page title={t.title} description={scope.account}>
      {book === 'test' && <Alert color="yellow" variant="light" p="xs" icon={<IconFlask size={18} />}>{common.testMode}</Alert>}
      {book === 'live' && funds && <LowFunds funds={funds} />}
      {steps && !(steps.key && steps.playground && steps.api_call) && <FirstSteps steps={steps} />}
      <div className={classes.stats}>
        <Stat label={t.balance} loading={loading} value={<Money microcredits={funds?.available_microcredits ?? 0} digits={2} />}
          hint={funds && funds.held_microcredits > 0 ? t.held(format.credits(funds.held_microcredits, 2)) : t.balanceHint} />
        <Stat label={t.spend} loading={loading} value={<Money microcredits={week?.totals.captured_microcredits ?? 0} digits={2} />} hint={t.spendHint} />
        <Stat label={t.tasks} loading={loading} value={format.number(week?.totals.tasks ?? 0)} hint={t.tasksHint} />
        <Stat label={t.success} loading={loading} value={rate != null ? format.percent(rate) : '—'} hint={t.successHint} />
        <Stat label={t.typical} loading={loading} value={median != null ? format.duration(median) : '—'} hint={t.typicalHint} />
        <Stat label={t.unfinished} loading={loading} value={format.number(unfinished)} hint={t.unfinishedHint} />
      </div>
      {week && (
        <Section title={t.perDay} actions={<Anchor size="sm" component={Link} href={`${scope.home}/tasks`}>{t.links.tasks}</Anchor>}>
          <Week points={daysOf(week)} />
        </Section>
      )}
    </Page>
  )
}
