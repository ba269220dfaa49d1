import { Skeleton } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { useGet } from '@/api/hooks'
import type { Upstream } from '@/api/types'
import { EmptyState, ErrorNotice, Page, Section } from '@/components'
import { useCommon, useTexts } from '@/i18n'
import { useStream } from '@/stream'
import { Card } from './Card'
import en from './en'
import classes from './upstreams.module.css'
import zh from './zh'

const texts = { en, zh }

// Those of the operator's own before the stand-ins.
const byWorth = (upstreams: Upstream[]) =>
  [...upstreams].sort((one, other) => Number(one.is_sandbox) - Number(other.is_sandbox))

export default function Upstreams() {
  const t = useTexts(texts)
  const common = useCommon()
  const { data, error, refetch } = useGet<{ data: Upstream[] }>('/upstreams')
  useStream(['upstreams'])
  return (
    <Page title={common.screens.upstreams} description={t.description}>
      {error && !data ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : !data ? (
        <div className={classes.grid}>
          {[0, 1, 2].map((i) => (
            <Skeleton key={i} h={300} />
          ))}
        </div>
      ) : data.data.length === 0 ? (
        <Section>
          <EmptyState icon={IconPlugConnected} title={t.emptyTitle}>
            {t.emptyText}
          </EmptyState>
        </Section>
      ) : (
        <div className={classes.grid}>
          {byWorth(data.data).map((upstream) => (
            <Card key={upstream.name} upstream={upstream} />
          ))}
        </div>
      )}
    </Page>
  )
}
