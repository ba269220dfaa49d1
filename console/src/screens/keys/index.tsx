import { useMemo, useState } from 'react'
import { ActionIcon, Badge, Button, Group, Menu, Switch, Text } from '@mantine/core'
import { IconDots, IconKey, IconPencil, IconPlus, IconRefresh, IconTrash } from '@tabler/icons-react'
import { useSearchParams } from 'wouter'
import { useChange, useList } from '@/api/hooks'
import type { Key, MintedKey } from '@/api/types'
import { Ago, Confirm, DataTable, EmptyState, Page, Section, StatusBadge, type Column } from '@/components'
import { useCommon } from '@/i18n'
import { useScope } from '@/scope'
import { Minted } from './Minted'
import { KeyForm } from './KeyForm'
import { Roll } from './Roll'
import { useKeyTexts } from './texts'

type Dialog = { kind: 'mint' } | { kind: 'edit' | 'roll' | 'revoke'; key: Key } | { kind: 'minted'; minted: MintedKey }

function stateOf(key: Key) {
  if (key.revoked_at) return 'revoked'
  return key.expires_at && new Date(key.expires_at).getTime() < Date.now() ? 'expired' : 'active'
}

export default function Keys() {
  const t = useKeyTexts()
  const scope = useScope()
  const path = `${scope.api}/keys`
  const keys = useList<Key>(path)
  const revoke = useChange('POST', path)
  const [search, setSearch] = useSearchParams()
  const [dialog, setDialog] = useState<Dialog | null>(search.has('new') ? { kind: 'mint' } : null)
  const [showEnded, setShowEnded] = useState(false)
  const close = () => {
    setDialog(null)
    if (search.has('new')) setSearch({}, { replace: true })
  }
  const columns = useKeyColumns(setDialog)
  const rows = keys.rows.filter((key) => showEnded || stateOf(key) === 'active')
  const create = scope.canManage &&
    <Button leftSection={<IconPlus size={16} />} onClick={() => setDialog({ kind: 'mint' })}>{t.create}</Button>
  return (
    <Page title={t.title} description={t.description} actions={rows.length > 0 && create}>
      <Section flush>
        <DataTable label={t.title} columns={columns} rows={rows} rowKey={(key) => key.id} loading={keys.isLoading}
          error={keys.error} retry={() => void keys.refetch()} hasMore={keys.hasNextPage} loadingMore={keys.isFetchingNextPage}
          loadMore={() => void keys.fetchNextPage()}
          empty={<EmptyState icon={IconKey} title={t.empty} action={create}>{t.emptyText}</EmptyState>} />
      </Section>
      {(showEnded || rows.length < keys.rows.length) && (
        <Switch size="xs" label={t.showEnded} checked={showEnded} onChange={(event) => setShowEnded(event.currentTarget.checked)} />
      )}
      {dialog?.kind === 'mint' && <KeyForm close={close} onMinted={(minted) => setDialog({ kind: 'minted', minted })} />}
      {dialog?.kind === 'edit' && <KeyForm edited={dialog.key} close={close} />}
      {dialog?.kind === 'roll' && <Roll old={dialog.key} close={close} onMinted={(minted) => setDialog({ kind: 'minted', minted })} />}
      {dialog?.kind === 'minted' && <Minted minted={dialog.minted} close={close} />}
      {dialog?.kind === 'revoke' && (
        <Confirm opened close={close} title={t.revoke.title(dialog.key.name || dialog.key.last4)} text={t.revoke.text}
          confirm={t.revoke.confirm} onConfirm={() => revoke.mutateAsync({ path: `/${dialog.key.id}/revoke` })} />
      )}
    </Page>
  )
}

function useKeyColumns(open: (dialog: Dialog) => void): Column<Key>[] {
  const t = useKeyTexts()
  const common = useCommon()
  const { canManage } = useScope()
  return useMemo(() => {
    const shown: Column<Key>[] = [
      { id: 'name', header: t.columns.name, cell: (key) => (
        <div>
          <Text inherit fw={500} className="breaks">{key.name || <Text span inherit c="dimmed">{t.unnamed}</Text>}</Text>
          {key.is_console && <Text size="xs" c="dimmed">{t.playgroundKey}</Text>}
        </div>
      ) },
      { id: 'key', header: t.columns.key, cell: (key) => key.is_console ? '—' : <span className="mono" style={{ whiteSpace: 'nowrap' }}>{key.prefix}…{key.last4}</span> },
      { id: 'mode', header: t.columns.mode, wide: true, cell: (key) => <StatusBadge status={key.book} /> },
      { id: 'limits', header: t.columns.limits, wide: true, cell: (key) => <Limits of={key} /> },
      { id: 'used', header: t.columns.used, wide: true, cell: (key) => <Ago at={key.last_used_at} /> },
      { id: 'expires', header: t.columns.expires, wide: true, cell: (key) => <Ago at={key.expires_at} /> },
      { id: 'status', header: t.columns.status, wide: true, cell: (key) => <StatusBadge status={stateOf(key)} /> },
    ]
    if (canManage) {
      shown.push({ id: 'actions', header: '', align: 'right', width: 56, cell: (key) => key.is_console || key.revoked_at ? null : (
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={common.actionsOf(key.name || key.last4)}><IconDots size={17} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => open({ kind: 'edit', key })}>{t.edit.title}</Menu.Item>
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => open({ kind: 'roll', key })}>{t.roll.action}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => open({ kind: 'revoke', key })}>{t.revoke.action}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) })
    }
    return shown
  }, [t, common, canManage, open])
}

function Limits({ of: { limits, models } }: { of: Key }) {
  const t = useKeyTexts()
  const common = useCommon()
  const all = [
    models.length > 0 && t.models(models.length),
    limits.requests_per_minute !== null && t.perMinute(limits.requests_per_minute),
    limits.concurrent_tasks !== null && t.atOnce(limits.concurrent_tasks),
    limits.monthly_credits !== null && t.perMonth(limits.monthly_credits),
    limits.allow_from.length > 0 && t.addresses(limits.allow_from.length),
  ].filter((one) => one !== false)
  if (all.length === 0) return <Text span inherit c="dimmed">{common.unlimited}</Text>
  return <Group gap={4}>{all.map((one) => <Badge key={one} color="gray">{one}</Badge>)}</Group>
}
