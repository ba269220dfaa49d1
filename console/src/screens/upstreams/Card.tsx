// One upstream: its health in figures, and the two things an operator may change.
import { useEffect, useState, type ReactNode } from 'react'
import { Badge, Group, NumberInput, Progress, Stack, Switch, Text, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useChange } from '@/api/hooks'
import type { Upstream } from '@/api/types'
import { Ago, Confirm, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { useTexts } from '@/i18n'
import en from './en'
import { FreeCalls } from './FreeCalls'
import classes from './upstreams.module.css'
import zh from './zh'

const texts = { en, zh }
const mostWeight = 1000
// Below this the rate is worth a look, below the next it is worth hurry.
const fairRate = 0.98
const poorRate = 0.9

const rateColor = (rate: number) => (rate >= fairRate ? 'teal' : rate >= poorRate ? 'yellow' : 'red')

export function Card({ upstream }: { upstream: Upstream }) {
  const t = useTexts(texts)
  const format = useFormat()
  const { name, success_rate: rate, p50_seconds: half, p95_seconds: most } = upstream
  const duration = (seconds: number | null) => (seconds === null ? <Unknown /> : format.duration(seconds))
  return (
    <section className={classes.card} aria-label={name} data-upstream={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" className={classes.head}>
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600} size="md" component="h2" className="breaks">
              {name}
            </Text>
            {upstream.is_sandbox && <Badge color="yellow">{t.sandbox}</Badge>}
          </Group>
          <Text size="xs" c="dimmed">
            {upstream.kind} · {t.routes(format.number(upstream.routes.length))}
          </Text>
        </div>
        <StatusBadge status={upstream.drained ? 'drained' : upstream.breaker} />
      </Group>
      <dl className={classes.figures}>
        <Figure
          label={t.success}
          hint={
            rate === null
              ? undefined
              : t.successHint(format.number(upstream.calls_delivered), format.number(upstream.calls))
          }
        >
          {rate === null ? (
            <Unknown />
          ) : (
            <Text span inherit c={rateColor(rate) === 'teal' ? undefined : rateColor(rate)}>
              {format.percent(rate)}
            </Text>
          )}
        </Figure>
        <Figure label={t.half}>{duration(half)}</Figure>
        <Figure label={t.most}>{duration(most)}</Figure>
        <Figure label={t.keys}>
          {upstream.keys === 0 ? (
            <Text span size="sm" fw={400} c="dimmed">
              {t.noKeys}
            </Text>
          ) : upstream.keys_resting > 0 ? (
            t.keysOf(format.number(upstream.keys), format.number(upstream.keys_resting))
          ) : (
            format.number(upstream.keys)
          )}
        </Figure>
        {!upstream.is_sandbox && (
          <Figure label={t.balance} wide>
            <Balance upstream={upstream} />
          </Figure>
        )}
      </dl>
      <Stack gap={6} className={classes.flight}>
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {t.inFlight}
          </Text>
          <Text size="xs" className="tabular">
            {t.ofCapacity(format.number(upstream.in_flight), format.number(upstream.capacity))}
          </Text>
        </Group>
        <Progress
          size="sm"
          value={upstream.capacity > 0 ? (100 * upstream.in_flight) / upstream.capacity : 0}
          color={upstream.in_flight >= upstream.capacity ? 'orange' : 'teal'}
          aria-label={t.inFlight}
        />
      </Stack>
      <Stack gap={4} className={classes.words}>
        <Text size="xs" c="dimmed">
          {t.lastSuccess}: <Ago at={upstream.last_success_at} none={t.unknown} />
        </Text>
        {upstream.last_failure_at && (
          <Text size="xs" c="dimmed">
            {t.lastFailure}: <Ago at={upstream.last_failure_at} />
          </Text>
        )}
        {upstream.last_failure && (
          <Text size="xs" className="breaks" c="red" lineClamp={2} title={upstream.last_failure}>
            {t.lastError}: {upstream.last_failure}
          </Text>
        )}
      </Stack>
      {/* The sandbox's stand-ins take whatever comes: there is nothing to spare, and nothing to share with. */}
      {!upstream.is_sandbox && <FreeCalls upstream={upstream} />}
      {!upstream.is_sandbox && <Controls upstream={upstream} />}
    </section>
  )
}

function Figure({ label, hint, wide, children }: { label: string; hint?: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? classes.wide : undefined}>
      <dt>{label}</dt>
      <Tooltip label={hint} disabled={hint === undefined}>
        <dd>{children}</dd>
      </Tooltip>
    </div>
  )
}

// What nobody has measured yet is not nought.
function Unknown() {
  const t = useTexts(texts)
  return (
    <Text span size="sm" fw={400} c="dimmed">
      {t.unknown}
    </Text>
  )
}

// In the vendor's own unit and its own digits: no number of ours, and never nought for what nobody knows.
function Balance({ upstream: { balance } }: { upstream: Upstream }) {
  const t = useTexts(texts)
  return (
    <Group gap={8} align="baseline" data-balance={balance.amount ?? 'unknown'}>
      {balance.amount === null ? (
        <Text span size="sm" fw={400} c="dimmed">
          {balance.is_told ? t.unknownBalance : t.untold}
        </Text>
      ) : (
        <span>
          {balance.amount} {balance.unit}
        </span>
      )}
      {balance.at && (
        <Text span size="xs" fw={400} c="dimmed">
          {t.readAt} <Ago at={balance.at} />
        </Text>
      )}
      {balance.trouble && (
        <Text span size="xs" fw={400} c="red" className="breaks">
          {t.balanceTrouble(balance.trouble)}
        </Text>
      )}
    </Group>
  )
}

function Controls({ upstream }: { upstream: Upstream }) {
  const t = useTexts(texts)
  const { name, drained } = upstream
  const [asking, setAsking] = useState(false)
  const change = useChange<Upstream>('PATCH', `/upstreams/${encodeURIComponent(name)}`, ['/upstreams'])
  const tell = ({ message }: { message: string }) => notifications.show({ color: 'red', message })
  return (
    <Group justify="space-between" className={classes.controls} wrap="nowrap">
      <Switch
        checked={!drained}
        label={t.takes}
        aria-label={t.takesOf(name)}
        disabled={change.isPending}
        onChange={() => (drained ? change.mutate({ body: { drained: false } }, { onError: tell }) : setAsking(true))}
      />
      <Weight upstream={upstream} save={(weight) => change.mutate({ body: { weight } }, { onError: tell })} />
      <Confirm
        opened={asking}
        close={() => setAsking(false)}
        title={t.drainTitle(name)}
        text={t.drainText}
        confirm={t.drain}
        onConfirm={() => change.mutateAsync({ body: { drained: true } })}
      />
    </Group>
  )
}

// Saved when the field is left or Enter is pressed; Escape puts it back.
function Weight({ upstream: { name, weight }, save }: { upstream: Upstream; save: (weight: number) => void }) {
  const t = useTexts(texts)
  const [value, setValue] = useState<number | string>(weight)
  useEffect(() => setValue(weight), [weight])
  const commit = () => {
    const wanted = Number(value)
    if (value === '' || !Number.isInteger(wanted) || wanted < 0 || wanted > mostWeight) setValue(weight)
    else if (wanted !== weight) save(wanted)
  }
  return (
    <Tooltip label={t.weightHint}>
      <Group gap={8} wrap="nowrap">
        <Text size="sm">{t.weight}</Text>
        <NumberInput
          w={72}
          size="xs"
          aria-label={t.weightOf(name)}
          min={0}
          max={mostWeight}
          allowDecimal={false}
          value={value}
          onChange={setValue}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
            if (event.key === 'Escape') setValue(weight)
          }}
        />
      </Group>
    </Tooltip>
  )
}
