import { Alert, Anchor } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useGet } from '@/api/hooks'
import type { AccountSummary } from '@/api/types'
import { ErrorNotice, Money, Page, Section, Stat } from '@/components'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { useStream } from '@/stream'
import { FirstSteps } from './FirstSteps'
import { useOverviewTexts } from './texts'
import { successRate, useWeek } from './week'
import { Week } from './Week'
import classes from './overview.module.css'

export function AccountOverview() {
  const t = useOverviewTexts()
  const common = useCommon()
  const format = useFormat()
  const scope = useScope()
  const [book] = useBook()
  const account = useGet<AccountSummary>(scope.api)
  const week = useWeek(scope.api, book)
  // A task that begins or ends may tick a step and moves the sums.
  useStream(['tasks'], scope.account, () => { void account.refetch(); void week.refetch() })
  if (account.error) return <Page title={t.title}><ErrorNotice error={account.error} retry={() => void account.refetch()} /></Page>
  const balance = account.data?.[book]
  const steps = account.data?.first_steps
  const rate = week.totals && successRate(week.totals)
  return (
    <Page title={t.title} description={scope.account}>
      {book === 'test' && <Alert color="yellow" variant="light" p="xs" icon={<IconFlask size={18} />}>{common.testMode}</Alert>}
      {steps && !(steps.key && steps.playground && steps.api_call) && <FirstSteps steps={steps} />}
      <div className={classes.stats}>
        <Stat label={t.balance} loading={!balance} value={balance && <Money microcredits={balance.available_microcredits} digits={2} />}
          hint={balance && balance.held_microcredits > 0 ? t.held(format.credits(balance.held_microcredits, 2)) : ' '} />
        <Stat label={t.tasks} loading={week.isLoading} value={format.number(week.totals?.tasks ?? 0)} hint={t.tasksHint} />
        <Stat label={t.success} loading={week.isLoading} value={rate != null ? format.percent(rate) : '—'} hint={t.successHint} />
        <Stat label={t.spend} loading={week.isLoading} value={<Money microcredits={week.totals?.captured_microcredits ?? 0} digits={2} />} hint={t.spendHint} />
      </div>
      {week.error && <ErrorNotice error={week.error} retry={() => void week.refetch()} />}
      <Section title={t.perDay} actions={<Anchor size="sm" component={Link} href={`${scope.home}/tasks`}>{t.links.tasks}</Anchor>}>
        <Week points={week.points} />
      </Section>
    </Page>
  )
}
