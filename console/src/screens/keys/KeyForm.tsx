import { useState } from 'react'
import { Button, Group, Modal, MultiSelect, NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useChange, useGet } from '@/api/hooks'
import type { Book, Key, KeyLimits, List, MintedKey, ModelCard, NewKey } from '@/api/types'
import { ErrorNotice } from '@/components'
import { useCommon } from '@/i18n'
import { useBook, useScope } from '@/scope'
import { useKeyTexts } from './texts'

const DAY_SECONDS = 86_400
const expirySeconds = { never: null, day: DAY_SECONDS, week: 7 * DAY_SECONDS, month: 30 * DAY_SECONDS,
  quarter: 90 * DAY_SECONDS, year: 365 * DAY_SECONDS }
type Expiry = keyof typeof expirySeconds

interface Props { edited?: Key; close: () => void; onMinted?: (minted: MintedKey) => void }

// Mints a key, or changes the name and limits of one.
export function KeyForm({ edited, close, onMinted }: Props) {
  const t = useKeyTexts()
  const common = useCommon()
  const scope = useScope()
  const path = `${scope.api}/keys`
  const [chosenBook] = useBook()
  const mint = useChange<MintedKey>('POST', path, [scope.api])
  const edit = useChange<Key>('PATCH', path)
  const [name, setName] = useState(edited?.name ?? '')
  const [book, setBook] = useState<Book>(edited?.book ?? chosenBook)
  const [expiry, setExpiry] = useState<Expiry>('never')
  const [models, setModels] = useState<string[]>(edited?.models ?? [])
  const [rate, setRate] = useState<number | string>(edited?.limits.requests_per_minute ?? '')
  const [tasks, setTasks] = useState<number | string>(edited?.limits.concurrent_tasks ?? '')
  const [credits, setCredits] = useState(edited?.limits.monthly_credits ?? '')
  const [allow, setAllow] = useState((edited?.limits.allow_from ?? []).join('\n'))
  const offered = useGet<List<ModelCard>>('/models', { query: { limit: 100 }, enabled: !edited })
  const { error, isPending } = edited ? edit : mint

  const limits = (): KeyLimits => ({
    requests_per_minute: rate === '' ? null : Number(rate),
    concurrent_tasks: tasks === '' ? null : Number(tasks),
    monthly_credits: credits.trim() || null,
    allow_from: allow.split(/[\s,]+/).filter(Boolean),
  })
  const submit = async () => {
    if (edited) {
      await edit.mutateAsync({ path: `/${edited.id}`, body: { name, limits: limits() } })
      close()
      return
    }
    const seconds = expirySeconds[expiry]
    const body: NewKey = { name, test: book === 'test', models, limits: limits(), ...(seconds && { expires_in_seconds: seconds }) }
    const minted = await mint.mutateAsync({ body })
    onMinted?.(minted)
  }
  return (
    <Modal opened onClose={close} size="lg" title={<Text fw={600}>{edited ? t.edit.title : t.mint.title}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); void submit().catch(() => {}) }}>
        <Stack>
          <TextInput label={t.mint.name} description={t.mint.nameHint} placeholder={t.mint.namePlaceholder} data-autofocus maxLength={100}
            value={name} onChange={(event) => setName(event.currentTarget.value)} />
          {!edited && (
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <div>
                <Text component="div" size="sm" fw={500} mb={4} id="key-mode">{t.mint.mode}</Text>
                <SegmentedControl fullWidth aria-labelledby="key-mode" value={book} onChange={(value) => setBook(value as Book)}
                  data={[{ value: 'test', label: common.books.test }, { value: 'live', label: common.books.live }]} />
                <Text size="xs" c="dimmed" mt={4}>{book === 'test' ? t.mint.testHint : t.mint.liveHint}</Text>
              </div>
              <Select label={t.mint.expires} value={expiry} onChange={(value) => setExpiry(value as Expiry)}
                data={(Object.keys(expirySeconds) as Expiry[]).map((value) => ({ value, label: t.mint.expiry[value] }))} />
            </SimpleGrid>
          )}
          {!edited && (
            <MultiSelect label={t.mint.models} description={t.mint.modelsHint} placeholder={models.length ? '' : t.mint.allModels} searchable
              clearable value={models} onChange={setModels} data={(offered.data?.data ?? []).map(({ id }) => id)} />
          )}
          <SimpleGrid cols={{ base: 1, xs: 3 }}>
            <NumberInput label={t.mint.rate} placeholder={common.unlimited} min={1} allowDecimal={false} value={rate} onChange={setRate} />
            <NumberInput label={t.mint.tasks} placeholder={common.unlimited} min={1} allowDecimal={false} value={tasks} onChange={setTasks} />
            <TextInput label={t.mint.credits} placeholder={common.unlimited} inputMode="decimal" value={credits}
              onChange={(event) => setCredits(event.currentTarget.value)} />
          </SimpleGrid>
          <Textarea label={t.mint.allow} description={t.mint.allowHint} placeholder="203.0.113.0/24" autosize minRows={1} maxRows={6}
            value={allow} onChange={(event) => setAllow(event.currentTarget.value)} />
          {error && <ErrorNotice error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{common.cancel}</Button>
            <Button type="submit" loading={isPending}>{edited ? t.edit.submit : t.mint.submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
