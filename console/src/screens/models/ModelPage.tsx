import { useState } from 'react'
import { Anchor, Badge, Button, Code, Group, SimpleGrid, Skeleton, Stack, Table, Text } from '@mantine/core'
import { IconArrowLeft, IconBook2, IconFlask, IconPencil } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useGet } from '@/api/hooks'
import type { ModelCard, PriceChange } from '@/api/types'
import { Json } from '@/code/Highlighted'
import { Ago, CopyId, ErrorNotice, Page, Section, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { useTexts } from '@/i18n'
import { priceOf, priceTable } from '@/models'
import { useScope } from '@/scope'
import type { Schema } from '../playground/schema'
import en from './en'
import classes from './models.module.css'
import { type ParameterRow, parametersOf } from './parameters'
import { PriceEditor } from './PriceEditor'
import { microcreditsOf } from './prices'
import zh from './zh'

const texts = { en, zh }

export default function ModelPage({ id }: { id: string }) {
  const t = useTexts(texts)
  const scope = useScope()
  const { data: model, error, refetch } = useGet<ModelCard>(`/models/${encodeURIComponent(id)}`)
  return (
    <Page
      title={model?.name ?? id}
      description={<CopyId id={id} />}
      actions={
        model && (
          <>
            <Button
              variant="default"
              component="a"
              href={model.docs_url}
              target="_blank"
              rel="noreferrer"
              leftSection={<IconBook2 size={16} />}
            >
              {t.docs}
            </Button>
            <Button
              component={Link}
              href={`${scope.home}/playground/${encodeURIComponent(id)}`}
              leftSection={<IconFlask size={16} />}
            >
              {t.try}
            </Button>
          </>
        )
      }
    >
      <Anchor component={Link} href={`${scope.home}/models`} size="sm" c="dimmed" className={classes.back}>
        <IconArrowLeft size={14} aria-hidden /> {t.back}
      </Anchor>
      {error && !model ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : model ? (
        <Whole model={model} />
      ) : (
        <Stack>
          <Skeleton h={120} />
          <Skeleton h={400} />
        </Stack>
      )}
    </Page>
  )
}

function Whole({ model }: { model: ModelCard }) {
  const t = useTexts(texts)
  const format = useFormat()
  const { pricing } = model
  const { unit } = priceOf(model)
  const [editing, setEditing] = useState(false)
  return (
    <>
      {editing && pricing && <PriceEditor model={model} pricing={pricing} close={() => setEditing(false)} />}
      <Stack gap="sm">
        <Text size="md" maw={720}>
          {model.description}
        </Text>
        <Group gap={6}>
          {model.modes.map((mode) => (
            <Badge key={mode} color="gray">
              {mode}
            </Badge>
          ))}
          {model.typical_seconds !== null && (
            <Text size="sm" c="dimmed">
              {t.typical(format.duration(model.typical_seconds))}
            </Text>
          )}
        </Group>
      </Stack>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section
          title={t.price}
          description={t.priceText}
          actions={
            pricing && (
              <Button variant="default" size="xs" leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
                {t.edit.open}
              </Button>
            )
          }
          flush
        >
          <PriceTable model={model} />
        </Section>
        <Section title={t.example} description={t.exampleText(model.endpoint)}>
          <Json value={model.example} label={t.example} />
        </Section>
      </SimpleGrid>
      <Section title={t.parameters} description={t.parametersText} flush>
        <Parameters rows={parametersOf(model.schema as Schema)} />
      </Section>
      {model.routes.length > 0 && (
        <Section title={t.routes} description={t.routesText} flush>
          <Table aria-label={t.routes} horizontalSpacing={20}>
            <Table.Tbody>
              {model.routes.map(({ upstream, ready, cost_microcredits: cost }, i) => (
                <Table.Tr key={upstream}>
                  <Table.Td w={40} c="dimmed">
                    {i + 1}
                  </Table.Td>
                  <Table.Td>
                    <span className="mono breaks">{upstream}</span>
                    {cost !== null && (
                      <Text size="xs" c="dimmed">
                        {t.cost(format.credits(cost), t.units[unit] ?? unit)}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right" w={150}>
                    <StatusBadge status={ready ? 'enabled' : 'disabled'} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Section>
      )}
      {pricing && (
        <Section title={t.history.title} description={t.history.text} flush>
          <History changes={pricing.history} />
        </Section>
      )}
    </>
  )
}

function History({ changes }: { changes: PriceChange[] }) {
  const t = useTexts(texts)
  const format = useFormat()
  const show = (credits: string | undefined) => format.credits(microcreditsOf(credits ?? '') ?? 0)
  if (changes.length === 0)
    return (
      <Text size="sm" c="dimmed" px={20} py={16}>
        {t.history.none}
      </Text>
    )
  return (
    <div className={classes.tiers} tabIndex={0} role="region" aria-label={t.history.title}>
      <Table aria-label={t.history.title} horizontalSpacing={20} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.history.when}</Table.Th>
            <Table.Th ta="right">{t.history.what}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map(({ number, at, by, before, after }) => (
            <Table.Tr key={number} style={{ verticalAlign: 'top' }}>
              <Table.Td>
                <Ago at={at} />
                <Text size="xs" c="dimmed" className="breaks">
                  {by ?? t.history.nobody}
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                <ul className={classes.changes}>
                  {Object.entries(after).map(([name, credits]) => (
                    <li key={name} className="tabular">
                      {name === 'all' ? '' : `${name}: `}
                      {show(before[name])} → {show(credits)}
                    </li>
                  ))}
                </ul>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function PriceTable({ model }: { model: ModelCard }) {
  const t = useTexts(texts)
  const format = useFormat()
  const { names, rows } = priceTable(model)
  const price = priceOf(model)
  const unit = t.units[price.unit] ?? price.unit
  const shown = rows.length > 0 ? rows : [{ values: [], microcredits: price.microcredits }]
  return (
    <Table.ScrollContainer minWidth={240} mah={420}>
      <Table stickyHeader aria-label={t.price} horizontalSpacing={20} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {names.map((name) => (
              <Table.Th key={name} ff="monospace">
                {name}
              </Table.Th>
            ))}
            <Table.Th ta="right">{t.perUnit(unit)}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ values, microcredits }) => (
            <Table.Tr key={values.join()}>
              {values.map((value, i) => (
                <Table.Td key={i}>{value}</Table.Td>
              ))}
              <Table.Td ta="right" className="tabular">
                {format.credits(microcredits)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Parameters({ rows }: { rows: ParameterRow[] }) {
  const t = useTexts(texts)
  const format = useFormat()
  const range = ({ range: found }: ParameterRow) => {
    if (!found) return ''
    const { from, to, of } = found
    const text =
      from === undefined
        ? t.atMost(format.number(to!))
        : to === undefined
          ? t.atLeast(format.number(from))
          : t.range(format.number(from), format.number(to))
    return of === 'characters' ? t.characters(text) : of === 'entries' ? t.entries(text) : text
  }
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t.parameters}>
      <Table aria-label={t.parameters} horizontalSpacing={20} verticalSpacing={10} fz="sm" miw={680}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.parameter}</Table.Th>
            <Table.Th>{t.allowed}</Table.Th>
            <Table.Th>{t.default}</Table.Th>
            <Table.Th>{t.notes}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name} style={{ verticalAlign: 'top' }}>
              <Table.Td>
                <Text span ff="monospace" size="sm" fw={600}>
                  {row.name}
                </Text>
                <Text size="xs" c="dimmed">
                  {row.type}
                  {row.required && (
                    <Text span inherit c="var(--mantine-color-error)">
                      {' '}
                      · {t.required}
                    </Text>
                  )}
                </Text>
              </Table.Td>
              <Table.Td maw={280}>
                {row.choices.length > 0 ? (
                  <Group gap={4}>
                    {row.choices.map((choice) => (
                      <Code key={choice}>{choice}</Code>
                    ))}
                  </Group>
                ) : (
                  <Text size="sm">{range(row)}</Text>
                )}
              </Table.Td>
              <Table.Td>{row.default && <Code>{row.default}</Code>}</Table.Td>
              <Table.Td maw={360}>
                <Text size="sm" c="dimmed">
                  {row.description}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
