import { Alert } from '@mantine/core'
import { IconCoins } from '@tabler/icons-react'
import type { Funds } from '@/api/types'
import { useFormat } from '@/format'
import { warningOf } from '@/funds'
import { useCommon } from '@/i18n'

export function LowFunds({ funds }: { funds: Funds }) {
  const t = useCommon()
  const format = useFormat()
  const warning = warningOf(funds)
  if (warning === null) return null
  const { available_microcredits: available, days_left: days } = funds
  const left = days !== null && days >= 1 ? format.number(days, 1) : null
  return (
    <Alert color={warning === 'low' ? 'yellow' : 'red'} variant="light" p="xs" role="status" icon={<IconCoins size={18} />}>
      {warning === 'low' ? t.funds.low(format.credits(available, 2), left) : t.funds.none}
    </Alert>
  )
}
