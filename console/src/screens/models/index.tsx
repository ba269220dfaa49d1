import { lazy } from 'react'
import { Badge, Group, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { IconClock, IconMoodEmpty, IconMovie, IconPhoto, IconSearch, IconTool } from '@tabler/icons-react'
import { Link, useParams } from 'wouter'
import { useGet } from '@/api/hooks'
import type { List, ModelCard } from '@/api/types'
import { EmptyState, ErrorNotice, Page } from '@/components'
import { useFormat } from '@/format'
import { useCommon, useTexts } from '@/i18n'
import { priceFrom, priceOf } from '@/models'
import { useScope } from '@/scope'
import { useUrlFilters } from '@/useUrlFilters'
import en from './en'
import classes from './models.module.css'
import zh from './zh'

const texts = { en, zh }
const kinds = ['image', 'video', 'tool'] as const
const icons = { image: IconPhoto, video: IconMovie, tool: IconTool }
const ModelPage = lazy(() => import('./ModelPage'))

export default function Models() {
  const id = useParams()['*']
  return id ? <ModelPage key={id} id={decodeURIComponent(id)} /> : <Catalogue />
}

function Catalogue() {
  const t = useTexts(texts)
  const common = useCommon()
  const [{ find }, setFilters] = useUrlFilters(['find'] as const)
  const { data, error, refetch } = useGet<List<ModelCard>>('/models')
  const words = find.toLowerCase().split(/\s+/)
  const found = (data?.data ?? []).filter(({ id, name, description, modes }) => {
    const text = `${id} ${name} ${description} ${modes.join(' ')}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return (
    <Page
      title={common.screens.models}
      description={t.description}
      actions={
        <TextInput
          w={260}
          value={find}
          onChange={(event) => setFilters({ find: event.currentTarget.value })}
          placeholder={t.find}
          aria-label={t.find}
          leftSection={<IconSearch size={14} aria-hidden />}
        />
      }
    >
      {error ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {Array.from({ length: 9 }, (_, i) => (
            <Skeleton key={i} h={150} />
          ))}
        </SimpleGrid>
      ) : found.length === 0 ? (
        <EmptyState icon={IconMoodEmpty} title={t.none}>
          {t.noneText}
        </EmptyState>
      ) : (
        kinds.map((kind) => <Kind key={kind} kind={kind} models={found.filter((model) => model.kind === kind)} />)
      )}
    </Page>
  )
}

function Kind({ kind, models }: { kind: (typeof kinds)[number]; models: ModelCard[] }) {
  const t = useTexts(texts)
  if (models.length === 0) return null
  return (
    <Stack gap="sm">
      <Title order={2}>{t.kinds[kind]}</Title>
      <div className={classes.cards}>
        {models.map((model) => (
          <Card key={model.id} model={model} />
        ))}
      </div>
    </Stack>
  )
}

function Card({ model }: { model: ModelCard }) {
  const t = useTexts(texts)
  const format = useFormat()
  const scope = useScope()
  const price = priceOf(model)
  const unit = t.units[price.unit] ?? price.unit
  const text = priceFrom(model, format.credits)
  const Picture = icons[model.kind]
  return (
    <article className={classes.card}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <span className={classes.icon}>
          <Picture size={18} stroke={1.6} aria-hidden />
        </span>
        <div style={{ minWidth: 0 }}>
          <Link href={`${scope.home}/models/${encodeURIComponent(model.id)}`} className={classes.name}>
            {model.name}
          </Link>
          <Text size="xs" c="dimmed" ff="monospace" className="breaks">
            {model.id}
          </Text>
        </div>
      </Group>
      <Text size="sm" c="dimmed" lineClamp={3} className={classes.words}>
        {model.description}
      </Text>
      <Group gap={4}>
        {model.modes.map((mode) => (
          <Badge key={mode} size="sm" color="gray">
            {mode}
          </Badge>
        ))}
      </Group>
      <Group justify="space-between" gap="xs" wrap="nowrap" className={classes.foot}>
        <Text size="xs" className="tabular">
          {text.endsWith('+') ? t.from(text.slice(0, -1), unit) : t.exactly(text, unit)}
        </Text>
        {model.typical_seconds !== null && (
          <Text size="xs" c="dimmed" className={classes.time} title={t.typicalTime}>
            <IconClock size={12} aria-hidden /> {format.duration(model.typical_seconds)}
          </Text>
        )}
      </Group>
    </article>
  )
}
