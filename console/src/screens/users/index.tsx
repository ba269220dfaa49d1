import { useMemo, useState } from 'react'
import { ActionIcon, Badge, Button, Checkbox, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core'
import { IconDots, IconMail, IconPlus, IconShield, IconUserOff, IconUsers } from '@tabler/icons-react'
import { useChange, useList } from '@/api/hooks'
import type { CreatedUser, InviteLink, User } from '@/api/types'
import { Ago, Confirm, DataTable, EmptyState, ErrorNotice, Page, Person, Section, SecretOnce, StatusBadge, type Column } from '@/components'
import { useCommon } from '@/i18n'
import { useUserTexts } from './texts'

type Invited = { email: string; url: string }

export default function Users() {
  const t = useUserTexts()
  const users = useList<User>('/users')
  const change = useChange<User>('PATCH', '/users')
  const invite = useChange<InviteLink>('POST', '/users', [])
  const [adding, setAdding] = useState(false)
  const [invited, setInvited] = useState<Invited | null>(null)
  const [disabling, setDisabling] = useState<User | null>(null)
  const deeds = useMemo((): Deeds => ({
    change: (user, body) => change.mutate({ path: `/${user.id}`, body }),
    disable: setDisabling,
    invite: (user) => invite.mutate({ path: `/${user.id}/invite` },
      { onSuccess: ({ invite_url }) => setInvited({ email: user.email, url: invite_url }) }),
  }), [change.mutate, invite.mutate])
  const columns = useUserColumns(deeds)
  const error = change.error ?? invite.error
  return (
    <Page title={t.title} description={t.description}
      actions={<Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t.add}</Button>}>
      {error && <ErrorNotice error={error} />}
      <Section flush>
        <DataTable label={t.title} columns={columns} rows={users.rows} rowKey={({ id }) => id} loading={users.isLoading} error={users.error}
          retry={() => void users.refetch()} hasMore={users.hasNextPage} loadingMore={users.isFetchingNextPage}
          loadMore={() => void users.fetchNextPage()} empty={<EmptyState icon={IconUsers} title={t.title} />} />
      </Section>
      {adding && <AddUser close={() => setAdding(false)} onInvited={(one) => { setAdding(false); setInvited(one) }} />}
      {invited && <Invitation {...invited} close={() => setInvited(null)} />}
      {disabling && (
        <Confirm opened close={() => setDisabling(null)} title={t.disable.title(disabling.email)} text={t.disable.text} confirm={t.disable.action}
          onConfirm={() => change.mutateAsync({ path: `/${disabling.id}`, body: { disabled: true } })} />
      )}
    </Page>
  )
}

interface Deeds {
  change: (user: User, body: Partial<Pick<User, 'is_operator' | 'disabled'>>) => void
  disable: (user: User) => void
  invite: (user: User) => void
}

function useUserColumns({ change, disable, invite }: Deeds): Column<User>[] {
  const t = useUserTexts()
  const common = useCommon()
  return useMemo(() => [
    { id: 'person', header: t.columns.person, cell: (user) => (
      <Group gap="xs" wrap="nowrap"><Person {...user} />{user.is_operator && <Badge color="safelight">{t.operator}</Badge>}</Group>
    ) },
    { id: 'accounts', header: t.columns.accounts, wide: true, cell: ({ memberships }) => (
      <Group gap={4}>{memberships.slice(0, 4).map(({ account, role }) =>
        <Badge key={account.id} color="gray" title={common.roles[role]}>{account.name}</Badge>)}
        {memberships.length > 4 && <Text span inherit c="dimmed">+{memberships.length - 4}</Text>}</Group>
    ) },
    { id: 'status', header: t.columns.status, wide: true, cell: (user) => <StatusBadge status={user.disabled ? 'disabled' : 'active'} /> },
    { id: 'login', header: t.columns.login, wide: true, cell: (user) => <Ago at={user.last_login_at} /> },
    { id: 'actions', header: '', align: 'right', width: 60, cell: (user) => (
      <Menu>
        <Menu.Target><ActionIcon aria-label={common.actionsOf(user.email)}><IconDots size={17} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconMail size={16} />} onClick={() => invite(user)}>{t.invite.action}</Menu.Item>
          <Menu.Item leftSection={<IconShield size={16} />} onClick={() => change(user, { is_operator: !user.is_operator })}>
            {user.is_operator ? t.takeOperator : t.makeOperator}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color={user.disabled ? undefined : 'red'} leftSection={<IconUserOff size={16} />}
            onClick={() => user.disabled ? change(user, { disabled: false }) : disable(user)}>
            {user.disabled ? t.enable : t.disable.action}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    ) },
  ], [t, common, change, disable, invite])
}

function AddUser({ close, onInvited }: { close: () => void; onInvited: (invited: Invited) => void }) {
  const t = useUserTexts()
  const common = useCommon()
  const add = useChange<CreatedUser>('POST', '/users')
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [isOperator, setIsOperator] = useState(false)
  const submit = async () => {
    const user = await add.mutateAsync({ body: { email: email.trim(), name, is_operator: isOperator } })
    if (user.invite_url) onInvited({ email: user.email, url: user.invite_url })
    else close()
  }
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t.form.title}</Text>} closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); void submit().catch(() => {}) }}>
        <Stack>
          <TextInput label={t.form.email} type="email" required data-autofocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <TextInput label={t.form.name} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Checkbox label={t.form.operator} description={t.form.operatorHint} checked={isOperator}
            onChange={(event) => setIsOperator(event.currentTarget.checked)} />
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

function Invitation({ email, url, close }: Invited & { close: () => void }) {
  const t = useUserTexts()
  const common = useCommon()
  return (
    <Modal opened onClose={close} closeOnClickOutside={false} title={<Text fw={600}>{t.invite.title}</Text>} closeButtonProps={{ 'aria-label': common.close }}>
      <Stack>
        <Text>{t.invite.text(email)}</Text>
        <SecretOnce secret={url} label={t.invite.label} warning={t.invite.warning} />
        <Group justify="flex-end"><Button onClick={close}>{t.invite.done}</Button></Group>
      </Stack>
    </Modal>
  )
}
