import { SegmentedControl } from '@mantine/core'
import { Page } from '@/components'
import { useCommon, useTexts } from '@/i18n'
import { useScope } from '@/scope'
import { useUrlFilters } from '@/useUrlFilters'
import { LedgerView } from './LedgerView'
import { Spend } from './Spend'
import en from './en'
import zh from './zh'

const texts = { en, zh }

// Spend for whoever asks where credits went; the ledger, of one account, for whoever wants to see it add up.
export default function Usage() {
  const t = useTexts(texts)
  const common = useCommon()
  const scope = useScope()
  const [{ view }, setFilters] = useUrlFilters(['view'] as const)
  const ofAccount = scope.account !== null
  return (
    <Page
      title={common.screens.usage}
      description={ofAccount ? t.description : t.serverDescription}
      actions={
        ofAccount && (
          <SegmentedControl
            aria-label={t.view}
            value={view === 'ledger' ? 'ledger' : 'spend'}
            onChange={(next) => setFilters({ view: next === 'spend' ? '' : next })}
            data={[
              { value: 'spend', label: t.views.spend },
              { value: 'ledger', label: t.views.ledger },
            ]}
          />
        )
      }
    >
      {ofAccount && view === 'ledger' ? <LedgerView /> : <Spend />}
    </Page>
  )
}
