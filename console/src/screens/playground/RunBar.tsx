// The price of the request as it stands, and the button that buys it.
import { Button, Group, Loader, Text } from '@mantine/core'
import { IconPlayerPlayFilled, IconRefresh } from '@tabler/icons-react'
import { useFormat } from '@/format'
import { usePlaygroundTexts } from './fields/common'
import classes from './playground.module.css'
import type { usePrice } from './usePrice'

type Price = ReturnType<typeof usePrice>
interface Props {
  formId: string
  price: Price
  complete: boolean
  submitting: boolean
  again: boolean
  onReset: () => void
}

export function RunBar({ formId, price, complete, submitting, again, onReset }: Props) {
  const t = usePlaygroundTexts()
  return (
    <div className={classes.run}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <PriceTag price={price} complete={complete} />
        <Group gap="xs" wrap="nowrap">
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconRefresh size={14} />}
            onClick={onReset}
            visibleFrom="xs"
          >
            {t.reset}
          </Button>
          <Button
            type="submit"
            form={formId}
            loading={submitting}
            leftSection={<IconPlayerPlayFilled size={14} />}
            data-testid="run"
          >
            {again ? t.runAgain : t.run}
          </Button>
        </Group>
      </Group>
    </div>
  )
}

function PriceTag({ price, complete }: { price: Price; complete: boolean }) {
  const t = usePlaygroundTexts()
  const format = useFormat()
  if (!complete)
    return (
      <Text size="xs" c="dimmed">
        {t.noPrice}
      </Text>
    )
  if (price.error) return <span />
  if (!price.data)
    return (
      <Group gap={6}>
        <Loader size={12} color="gray" />
        <Text size="xs" c="dimmed">
          {t.pricing}
        </Text>
      </Group>
    )
  const { quote } = price.data
  const units = quote.unit === 'second' ? quote.count * (quote.billed_seconds ?? 1) : quote.count
  return (
    <div aria-live="polite" data-testid="price" style={{ opacity: price.isPlaceholderData ? 0.5 : 1 }}>
      <Text fw={600} className="tabular">
        {t.price(format.credits(quote.microcredits))}
      </Text>
      <Text size="xs" c="dimmed" className="tabular">
        {t.priceWhy(format.number(units), t.units[quote.unit] ?? quote.unit, quote.unit_credits)}
      </Text>
    </div>
  )
}
