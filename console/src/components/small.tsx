import type { ReactNode } from 'react'
import { ActionIcon, Avatar, Badge, Group, Skeleton, Text, Tooltip, type MantineColor } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useFormat } from '@/format'
import { useCommon, type Common } from '@/i18n'
import classes from './small.module.css'

export function CopyIcon({ text, what }: { text: string; what: string }) {
  const clipboard = useClipboard({ timeout: 1500 })
  const t = useCommon()
  return (
    <Tooltip label={clipboard.copied ? t.copied : t.copy}>
      <ActionIcon size="sm" aria-label={t.copyThing(what)} onClick={(event) => {
        event.stopPropagation()
        clipboard.copy(text)
      }}>
        {clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tooltip>
  )
}

// An id with its copy button; `short` shows its end only.
export function CopyId({ id, short = false }: { id: string; short?: boolean }) {
  const shown = short && id.length > 16 ? `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-6)}` : id
  return (
    <span className={classes.id}>
      <span className="mono breaks" title={id}>{shown}</span>
      <CopyIcon text={id} what={id} />
    </span>
  )
}

// Credits, exact, with a fixed place for their sign.
export function Money({ microcredits, digits, signed = false }: { microcredits: number; digits?: number; signed?: boolean }) {
  const format = useFormat()
  const sign = microcredits < 0 ? '−' : signed && microcredits > 0 ? '+' : ''
  return <span className="tabular">{sign}{format.credits(Math.abs(microcredits), digits)}</span>
}

// How long ago, with the moment itself on hover.
export function Ago({ at, none }: { at: string | null; none?: string }) {
  const format = useFormat()
  const t = useCommon()
  if (!at) return <Text span inherit c="dimmed">{none ?? t.never}</Text>
  return <time dateTime={at} title={format.time(at)} className={classes.ago}>{format.ago(at)}</time>
}

const colors: Record<keyof Common['statuses'], MantineColor> = {
  processing: 'blue', completed: 'teal', failed: 'red', cancelled: 'gray', pending: 'blue', delivered: 'teal',
  active: 'teal', revoked: 'gray', expired: 'gray', disabled: 'gray', enabled: 'teal', failing: 'red', queued: 'gray',
  submitting: 'blue', running: 'blue', saving: 'blue', closed: 'teal', 'half open': 'yellow', open: 'red', drained: 'gray',
  invited: 'yellow', test: 'yellow', live: 'teal',
}

export function StatusBadge({ status }: { status: string }) {
  const t = useCommon()
  const known = status in colors ? status as keyof typeof colors : null
  return (
    <Badge className={classes.status} data-color={known ? colors[known] : 'gray'} color="gray" variant="default"
      leftSection={<span className={classes.dot} aria-hidden />}>
      {known ? t.statuses[known] : status}
    </Badge>
  )
}

// One number with its name, as overviews line them up.
export function Stat({ label, value, hint, loading = false }: { label: string; value: ReactNode; hint?: ReactNode; loading?: boolean }) {
  return (
    <div className={classes.stat}>
      <Text size="sm" c="dimmed">{label}</Text>
      {loading ? <Skeleton h={26} w={90} my={4} /> : <div className={classes.value}>{value}</div>}
      {hint !== undefined && <Group gap={4} className={classes.hint}>{hint}</Group>}
    </div>
  )
}

export function Person({ name, email }: { name: string; email: string }) {
  return (
    <div className={classes.person}>
      <Avatar size={28} radius="xl" name={name || email} color="ink" alt="" aria-hidden />
      <div>
        <Text inherit fw={500} className="breaks">{name || email}</Text>
        {name && <Text size="xs" c="dimmed" className="breaks">{email}</Text>}
      </div>
    </div>
  )
}
