import { useMemo, useState } from 'react'
import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconBuildingBank, IconCoins, IconPlus, IconSearch } from '@tabler/icons-react'
import { useChange, useList } from '@/api/hooks'
import type { AccountRef, AccountRow, Book } from '@/api/types'
import { CopyId, DataTable, EmptyState, ErrorNotice, Page, Section, type Column } from '@/components'
import { useCommon } from '@/i18n'
import { accountPath } from '@/scope'
import { useAccountTexts } from './texts'

export default function Accounts() {
  const t = useAccountTexts()
  const [search, setSearch] = useState('')
  const [query] = useDebouncedValue(search.trim(), 200)
  const accounts = useList<AccountRow>('/accounts', { query: { query } })
  const [adding, setAdding] = useState(false)
  const [granted, setGranted] = useState<AccountRef | null>(null)
  const columns = useMemo((): Column<AccountRow>[] => [
    { id: 'name', header: t.columns.name, cell: ({ name }) => <span className="breaks">{name}</span> },
    { id: 'id', header: t.columns.id, wide: true, cell: ({ id }) => <CopyId id={id} /> },
    { id: 'grant', header: '', align: 'right', width: 160, cell: (account) => (
      <Button size="compact-sm" variant="default" leftSection={<IconCoins size={15} />} onClick={() => setGranted(account)}>{t.grant.action}</Button>
    ) },
  ], [t])
  const add = <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t.add}</Button>
  return (
    <Page title={t.title} description={t.description} actions={add}>
      <TextInput aria-label={t.find} placeholder={t.find} leftSection={<IconSearch size={16} />} maw={340} value={search}
        onChange={(event) => setSearch(event.currentTarget.value)} />
      <Section flush>
        <DataTable label={t.title} columns={columns} rows={accounts.rows} rowKey={({ id }) => id} loading={accounts.isLoading}
          error={accounts.error} retry={() => void accounts.refetch()} hasMore={accounts.hasNextPage} loadingMore={accounts.isFetchingNextPage}
          loadMore={() => void accounts.fetchNextPage()} href={({ name }) => `${accountPath(name)}/overview`}
          empty={<EmptyState icon={IconBuildingBank} title={t.empty} action={add}>{t.emptyText}</EmptyState>} />
      </Section>
      {adding && <AddAccount close={() => setAdding(false)} />}
      {granted && <Grant account={granted} close={() => setGranted(null)} />}
    </Page>
  )
}

function AddAccount({ close }: { close: () => void }) {
  const t = useAccountTexts()
  const common = useCommon()
  const add = useChange('POST', '/accounts')
  const [name, setName] = useState('')
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t.form.title}</Text>} closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); add.mutate({ body: { name: name.trim() } }, { onSuccess: close }) }}>
        <Stack>
          <TextInput label={t.form.name} description={t.form.hint} required data-autofocus maxLength={100} value={name}
            onChange={(event) => setName(event.currentTarget.value)} />
          {add.error && <ErrorNotice error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{common.cancel}</Button>
            <Button type="submit" loading={add.isPending}>{t.form.submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function Grant({ account, close }: { account: AccountRef; close: () => void }) {
  const t = useAccountTexts()
  const common = useCommon()
  const grant = useChange('POST', `/accounts/${account.id}/grants`, ['/accounts'])
  const [credits, setCredits] = useState('')
  const [book, setBook] = useState<Book>('live')
  const submit = () => grant.mutate({ body: { credits: credits.trim(), test: book === 'test' } }, { onSuccess: () => {
    notifications.show({ message: t.grant.done(credits.trim(), account.name) })
    close()
  } })
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t.grant.title(account.name)}</Text>} closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); submit() }}>
        <Stack>
          <TextInput label={t.grant.amount} description={t.grant.hint} inputMode="decimal" required data-autofocus value={credits}
            onChange={(event) => setCredits(event.currentTarget.value)} />
          <SegmentedControl aria-label={t.grant.mode} value={book} onChange={(value) => setBook(value as Book)}
            data={[{ value: 'live', label: common.books.live }, { value: 'test', label: common.books.test }]} />
          {grant.error && <ErrorNotice error={grant.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{common.cancel}</Button>
            <Button type="submit" loading={grant.isPending}>{t.grant.submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
