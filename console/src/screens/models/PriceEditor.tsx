// Other prices of a model, for operators: the numbers, then what they would change, then the change.
import { useState, type ReactNode } from 'react'
import { Alert, Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconInfoCircle } from '@tabler/icons-react'
import { useChange } from '@/api/hooks'
import type { ModelCard, ModelPricing, PricePreview } from '@/api/types'
import { ErrorNotice, Money } from '@/components'
import { useFormat } from '@/format'
import { useCommon, useTexts } from '@/i18n'
import { priceOf } from '@/models'
import en from './en'
import classes from './models.module.css'
import { changesOf, isPrice, microcreditsOf, nameOf, type Tier, tiersOf, type When } from './prices'
import zh from './zh'

const texts = { en, zh }

interface Props {
  model: ModelCard
  pricing: ModelPricing
  close: () => void
}

export function PriceEditor({ model, pricing, close }: Props) {
  const t = useTexts(texts)
  const common = useCommon()
  const path = `/models/${encodeURIComponent(model.id)}/price`
  const tiers = tiersOf(pricing)
  const [amounts, setAmounts] = useState(tiers.map(({ credits }) => credits))
  const look = useChange<PricePreview>('POST', `${path}/preview`, [])
  const save = useChange<ModelPricing>('PUT', path, ['/models'])
  const changes = changesOf(tiers, amounts)
  const preview = look.data
  const error = save.error ?? look.error
  const put = async () => {
    await save.mutateAsync({ body: { revision: preview!.revision, tiers: changes } })
    notifications.show({ message: t.edit.saved, closeButtonProps: { 'aria-label': common.close } })
    close()
  }
  const back = () => {
    look.reset()
    save.reset()
  }
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={<Text fw={600}>{t.edit.title(model.name)}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void (preview ? put() : look.mutateAsync({ body: { tiers: changes } })).catch(() => {})
        }}
      >
        <Stack>
          {preview ? (
            <Preview preview={preview} />
          ) : (
            <Numbers {...{ model, tiers, amounts, setAmounts }} most={pricing.most_credits} />
          )}
          {error && <ErrorNotice error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={preview ? back : close}>
              {preview ? t.edit.back : common.cancel}
            </Button>
            {preview ? (
              <Button key="save" type="submit" loading={save.isPending} autoFocus>
                {t.edit.save}
              </Button>
            ) : (
              <Button
                key="preview"
                type="submit"
                loading={look.isPending}
                disabled={changes.length === 0 || !amounts.every((text) => isPrice(text, pricing.most_credits))}
              >
                {t.edit.preview}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

interface NumbersProps {
  model: ModelCard
  tiers: Tier[]
  amounts: string[]
  setAmounts: (amounts: string[]) => void
  most: string
}

function Numbers({ model, tiers, amounts, setAmounts, most }: NumbersProps) {
  const t = useTexts(texts)
  const unit = priceOf(model).unit
  const own = tiers.map(({ catalogue_credits: credits }) => credits)
  const isOwn = own.every((credits, i) => microcreditsOf(credits) === microcreditsOf(amounts[i]!))
  return (
    <>
      <Text size="sm" c="dimmed">
        {t.edit.text(most)}
      </Text>
      <div className={classes.tiers} tabIndex={0} role="region" aria-label={t.price}>
        <Table fz="sm" aria-label={t.price} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.edit.tier}</Table.Th>
              <Table.Th ta="right">{t.edit.catalogue}</Table.Th>
              <Table.Th ta="right">{t.perUnit(t.units[unit] ?? unit)}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tiers.map(({ when, catalogue_credits: credits }, i) => (
              <Table.Tr key={nameOf(when)}>
                <Table.Td>{nameOf(when) || t.edit.all}</Table.Td>
                <Table.Td ta="right" className="tabular">
                  <Money microcredits={microcreditsOf(credits)!} />
                </Table.Td>
                <Table.Td w={170}>
                  <TextInput
                    size="xs"
                    inputMode="decimal"
                    autoComplete="off"
                    aria-label={t.edit.priceOf(nameOf(when) || model.name)}
                    classNames={{ input: classes.amount }}
                    value={amounts[i]}
                    error={isPrice(amounts[i]!, most) ? undefined : t.edit.range(most)}
                    onChange={({ currentTarget: { value } }) => setAmounts(amounts.with(i, value))}
                    data-autofocus={i === 0 || undefined}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Button variant="subtle" size="xs" w="fit-content" disabled={isOwn} onClick={() => setAmounts(own)}>
        {t.edit.reset}
      </Button>
    </>
  )
}

function Preview({ preview }: { preview: PricePreview }) {
  const t = useTexts(texts)
  const format = useFormat()
  const { cost_microcredits: cost, unit } = preview
  return (
    <>
      <Alert color="blue" variant="light" icon={<IconInfoCircle size={18} />}>
        {t.edit.effect}
      </Alert>
      <div className={classes.tiers} tabIndex={0} role="region" aria-label={t.edit.preview}>
        <Table fz="sm" aria-label={t.edit.preview}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.perUnit(t.units[unit] ?? unit)}</Table.Th>
              <Table.Th ta="right">{t.edit.now}</Table.Th>
              <Table.Th ta="right">
                {t.edit.then}
                {cost !== null && ` / ${t.edit.margin}`}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.tiers.map((tier) => (
              <Table.Tr key={nameOf(tier.when as When)} style={{ verticalAlign: 'top' }}>
                <Table.Td>{nameOf(tier.when as When) || t.edit.all}</Table.Td>
                <Amounts before={tier.before_microcredits} after={tier.after_microcredits}>
                  {tier.after_margin_microcredits !== null && (
                    <Margin microcredits={tier.after_margin_microcredits} of={tier.after_microcredits} />
                  )}
                </Amounts>
              </Table.Tr>
            ))}
            {preview.examples.map(({ title, before_microcredits: before, after_microcredits: after }) => (
              <Table.Tr key={`example ${title}`}>
                <Table.Td>{t.edit.example(title)}</Table.Td>
                <Amounts before={before} after={after} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="xs" c="dimmed">
        {cost === null ? t.edit.noCost : t.edit.cost(format.credits(cost))}
      </Text>
    </>
  )
}

// What stays as it is is quiet.
function Amounts({ before, after, children }: { before: number; after: number; children?: ReactNode }) {
  return (
    <>
      <Table.Td ta="right" c="dimmed">
        <Money microcredits={before} />
      </Table.Td>
      <Table.Td ta="right">
        <Text inherit c={before === after ? 'dimmed' : undefined} fw={before === after ? undefined : 600}>
          <Money microcredits={after} />
        </Text>
        {children}
      </Table.Td>
    </>
  )
}

function Margin({ microcredits, of }: { microcredits: number; of: number }) {
  const format = useFormat()
  return (
    <Text size="xs" c={microcredits < 0 ? 'var(--mantine-color-error)' : 'dimmed'}>
      <Money microcredits={microcredits} signed />
      {of > 0 && <> ({format.percent(microcredits / of).replace('-', '−')})</>}
    </Text>
  )
}
