// What the vendor is asked for nothing: when, what came of it the last time, and a test now.
import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useChange } from '@/api/hooks'
import type { ProbePolicy, Upstream, UpstreamTest } from '@/api/types'
import { Ago } from '@/components'
import { useTexts } from '@/i18n'
import en from './en'
import classes from './upstreams.module.css'
import zh from './zh'

const texts = { en, zh }
const policies: ProbePolicy[] = ['off', 'recovery', 'always']

export function FreeCalls({ upstream: { name, probe } }: { upstream: Upstream }) {
  const t = useTexts(texts)
  const address = `/upstreams/${encodeURIComponent(name)}`
  const change = useChange<Upstream>('PATCH', address, ['/upstreams'])
  const test = useChange<UpstreamTest>('POST', `${address}/test`, ['/upstreams'])
  const tell = ({ message }: { message: string }) => notifications.show({ color: 'red', message })
  const show = ({ ok, condition, detail, took_ms }: UpstreamTest) =>
    notifications.show(
      ok
        ? { color: 'teal', message: t.testedWell(name, took_ms) }
        : { color: 'red', message: t.testedIll(name, t.conditions[condition], detail) },
    )
  if (!probe.is_possible) {
    return (
      <Text size="xs" c="dimmed" className={classes.probe}>
        {t.noProbe}
      </Text>
    )
  }
  return (
    <Stack gap={8} className={classes.probe} data-probe={probe.policy}>
      <Group justify="space-between" wrap="nowrap" align="center">
        <Text size="sm">{t.probe}</Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={test.isPending}
          aria-label={t.testOf(name)}
          onClick={() => test.mutate({ body: {} }, { onSuccess: show, onError: tell })}
        >
          {t.test}
        </Button>
      </Group>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t.probeOf(name)}
        value={probe.policy}
        disabled={change.isPending}
        data={policies.map((policy) => ({ value: policy, label: t.policies[policy] }))}
        onChange={(policy) => change.mutate({ body: { probe: policy } }, { onError: tell })}
      />
      <Text size="xs" c="dimmed">
        {t.policyHints[probe.policy]}
      </Text>
      <Text size="xs" c="dimmed" data-last-probe={probe.last?.condition ?? 'none'}>
        {t.lastProbe}:{' '}
        {probe.last ? (
          <>
            <Text span inherit c={probe.last.ok ? undefined : 'red'}>
              {t.conditions[probe.last.condition]}
              {probe.last.detail ? ` (${probe.last.detail})` : ''}
            </Text>{' '}
            <Ago at={probe.last.at} />
          </>
        ) : (
          t.unknown
        )}
      </Text>
    </Stack>
  )
}
