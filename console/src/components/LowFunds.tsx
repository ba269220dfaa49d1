import { Alert } from '@mantine/core'
import { IconCoins } from '@tabler/icons-react'
import type { Funds } from '@/api/types'
import { useFormat } from '@/format'
import { useCommon } from '@/i18n'

// Credits that do not last for so long at the pace of the last week are worth a warning.
const SOON_DAYS = 7

export function LowFunds({ funds: { available_microcredits: available, days_left: days } }: { funds: Funds }) {
  const t = useCommon()
  const format = useFormat()
  if (available <= 0) return <Alert color="red" variant="light" p="xs" role="status" icon={<IconCoins size={18} />}>{t.funds.none}</Alert>
  if (days === null || days >= SOON_DAYS) return null
  return (
    <Alert color="yellow" variant="light" p="xs" role="status" icon={<IconCoins size={18} />}>
      {t.funds.low(format.credits(available, 2), days < 1 ? null : format.number(days), Math.floor(days) === 1)}
    </Alert>
  )
}
