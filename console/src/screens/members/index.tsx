import { useMemo, useState } from 'react'
import { ActionIcon, Badge, Button, Group, Modal, Radio, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash, IconUsersGroup } from '@tabler/icons-react'
import { useChange, useList } from '@/api/hooks'
import type { Member, Role } from '@/api/types'
import { Confirm, DataTable, EmptyState, ErrorNotice, Page, Person, Section, type Column } from '@/components'
import { useCommon } from '@/i18n'
import { useMe, useScope } from '@/scope'
import { useMemberTexts } from './texts'

const roles: Role[] = ['owner', 'member']

export default function Members() {
  const t = useMemberTexts()
  const scope = useScope()
  const path = `${scope.api}/members`
  const members = useList<Member>(path)
  const set = useChange('PUT', path)
  const remove = useChange('DELETE', path)
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Member | null>(null)
  const columns = useMemberColumns((member, role) => set.mutate({ path: `/${member.user.id}`, body: { role } }), setLeaving)
  const { rows } = members
  const add = scope.canManage && <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t.add}</Button>
  return (
    <Page title={t.title} description={t.description} actions={rows.length > 0 && add}>
      {set.error && <ErrorNotice error={set.error} />}
      <Section flush>
        <DataTable label={t.title} columns={columns} rows={rows} rowKey={({ user }) => user.id} loading={members.isLoading} error={members.error}
          retry={() => void members.refetch()} hasMore={members.hasNextPage} loadingMore={members.isFetchingNextPage}
          loadMore={() => void members.fetchNextPage()}
          empty={<EmptyState icon={IconUsersGroup} title={t.empty} action={add}>{t.emptyText}</EmptyState>} />
      </Section>
      {adding && <AddMember close={() => setAdding(false)} />}
      {leaving && <Leave member={leaving} close={() => setLeaving(null)} onConfirm={() => remove.mutateAsync({ path: `/${leaving.user.id}` })} />}
    </Page>
  )
}

function useMemberColumns(setRole: (member: Member, role: Role) => void, leave: (member: Member) => void): Column<Member>[] {
  const t = useMemberTexts()
  const common = useCommon()
  const me = useMe()
  const { canManage } = useScope()
  return useMemo(() => {
    const shown: Column<Member>[] = [
      { id: 'person', header: t.columns.person, cell: ({ user }) => (
        <Group gap="xs" wrap="nowrap">
          <Person {...user} />
          {user.id === me.user.id && <Badge color="gray">{t.you}</Badge>}
        </Group>
      ) },
      { id: 'role', header: t.columns.role, width: 170, cell: (member) => canManage
        ? <Select size="xs" aria-label={t.roleOf(member.user.email)} value={member.role}
            data={roles.map((value) => ({ value, label: common.roles[value] }))} onChange={(role) => setRole(member, role as Role)} />
        : common.roles[member.role] },
    ]
    if (canManage) {
      shown.push({ id: 'actions', header: '', align: 'right', width: 60, cell: (member) => (
        <ActionIcon aria-label={`${common.remove}: ${member.user.email}`} onClick={() => leave(member)}><IconTrash size={16} /></ActionIcon>
      ) })
    }
    return shown
  }, [t, common, me, canManage, setRole, leave])
}

function Leave({ member, close, onConfirm }: { member: Member; close: () => void; onConfirm: () => Promise<unknown> }) {
  const t = useMemberTexts()
  const common = useCommon()
  return <Confirm opened close={close} title={t.remove.title(member.user.name || member.user.email)} text={t.remove.text}
    confirm={common.remove} onConfirm={onConfirm} />
}

function AddMember({ close }: { close: () => void }) {
  const t = useMemberTexts()
  const common = useCommon()
  const scope = useScope()
  const add = useChange('POST', `${scope.api}/members`)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  return (
    <Modal opened onClose={close} title={<Text fw={600}>{t.form.title}</Text>} closeButtonProps={{ 'aria-label': common.close }}>
      <form onSubmit={(event) => { event.preventDefault(); add.mutate({ body: { email: email.trim(), role } }, { onSuccess: close }) }}>
        <Stack>
          <TextInput label={t.form.email} description={t.form.hint} type="email" required data-autofocus value={email}
            error={add.error?.param === 'email' && add.error.message} onChange={(event) => setEmail(event.currentTarget.value)} />
          <Radio.Group label={t.form.role} value={role} onChange={(value) => setRole(value as Role)}>
            <Stack gap="xs" mt={6}>
              {roles.map((value) => <Radio key={value} value={value} label={common.roles[value]} description={t.roleHints[value]} />)}
            </Stack>
          </Radio.Group>
          {add.error && add.error.param !== 'email' && <ErrorNotice error={add.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{common.cancel}</Button>
            <Button type="submit" loading={add.isPending}>{t.form.submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
