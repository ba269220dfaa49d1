import { useState } from 'react'
import { Alert, Anchor, Button, Group, SimpleGrid, Skeleton, Stack, Table, Tabs, Text } from '@mantine/core'
import { IconAlertCircle, IconArrowLeft, IconRepeat } from '@tabler/icons-react'
import { Link } from 'wouter'
import { useChange, useGet } from '@/api/hooks'
import type { TaskDetail } from '@/api/types'
import { Json } from '@/code/Highlighted'
import { Ago, ConfirmButton, CopyId, ErrorNotice, Money, Page, Section, Stat, StatusBadge } from '@/components'
import { useFormat } from '@/format'
import { Outputs } from '@/media/Outputs'
import { playgroundLink } from '@/playgroundLink'
import { accountPath, useScope } from '@/scope'
import { useStream } from '@/stream'
import { Deliveries } from './Deliveries'
import { MoneyRows } from './MoneyRows'
import { shownStatus } from './rows'
import classes from './page.module.css'
import { useTaskTexts } from './texts'
import { Waterfall } from './Waterfall'

export default function TaskPage({ id }: { id: string }) {
  const t = useTaskTexts()
  const scope = useScope()
  const path = `${scope.api}/tasks/${encodeURIComponent(id)}`
  const { data: task, error, refetch } = useGet<TaskDetail>(path)
  useStream(['tasks'], scope.account)
  return (
    <Page title={t.title} description={<CopyId id={id} />} actions={task && <Deeds task={task} path={path} />}>
      <Anchor component={Link} href={`${scope.home}/tasks`} size="sm" c="dimmed" className={classes.back}>
        <IconArrowLeft size={14} aria-hidden /> {t.back}
      </Anchor>
      {error && !task ? (
        <ErrorNotice error={error} retry={() => void refetch()} />
      ) : task ? (
        <Whole task={task} path={path} />
      ) : (
        <Loading />
      )}
    </Page>
  )
}

function Deeds({ task, path }: { task: TaskDetail; path: string }) {
  const t = useTaskTexts()
  const cancel = useChange('POST', `${path}/cancel`, [path])
  return (
    <>
      <Button
        variant="default"
        component={Link}
        leftSection={<IconRepeat size={16} />}
        href={playgroundLink(accountPath(task.account.name), task)}
      >
        {t.rerun}
      </Button>
      {task.status === 'processing' && (
        <ConfirmButton
          title={t.cancelTitle}
          text={t.cancelText}
          confirm={t.cancelConfirm}
          onConfirm={() => cancel.mutateAsync({})}
        >
          {t.cancel}
        </ConfirmButton>
      )}
    </>
  )
}

function Whole({ task, path }: { task: TaskDetail; path: string }) {
  const t = useTaskTexts()
  const scope = useScope()
  return (
    <>
      <Facts task={task} />
      {task.error && <ErrorSays task={task} />}
      {(task.outputs.length > 0 || task.prompt) && (
        <Section title={task.outputs.length > 0 ? t.result : t.prompt}>
          <Stack gap="md">
            {task.prompt && <Text className={classes.prompt}>{task.prompt}</Text>}
            {task.outputs.length > 0 && <Outputs outputs={task.outputs} prompt={task.prompt} />}
          </Stack>
        </Section>
      )}
      <Section title={t.timeline} description={t.timelineText}>
        <Waterfall task={task} />
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title={t.money} description={t.moneyText}>
          <MoneyRows task={task} />
        </Section>
        <Section title={t.webhooks}>
          <Deliveries task={task} path={path} canResend={scope.account !== null && scope.canManage} />
        </Section>
      </SimpleGrid>
      <Section title={t.bodies}>
        <Bodies task={task} />
      </Section>
    </>
  )
}

function Facts({ task }: { task: TaskDetail }) {
  const t = useTaskTexts()
  const format = useFormat()
  const over = task.expires_at !== null && Date.parse(task.expires_at) < Date.now()
  return (
    <div className={classes.facts}>
      <Stat
        label={t.status}
        value={<StatusBadge status={shownStatus(task)} />}
        hint={<StatusBadge status={task.book} />}
      />
      <Stat
        label={t.model}
        value={
          <Text fw={600} size="md" className="breaks">
            {task.model}
          </Text>
        }
        hint={task.account.name}
      />
      <Stat
        label={t.created}
        value={
          <Text fw={600} size="md">
            <Ago at={task.created_at} />
          </Text>
        }
        hint={format.time(task.created_at)}
      />
      <Stat
        label={t.duration}
        value={task.seconds === null ? '–' : format.duration(task.seconds)}
        hint={
          task.ended_at && (
            <Text size="xs">
              {t.ended} {format.time(task.ended_at)}
            </Text>
          )
        }
      />
      <Stat
        label={t.charged}
        value={<Money microcredits={task.captured_microcredits} />}
        hint={t.ofHeld(format.credits(task.hold_microcredits))}
      />
      <Stat
        label={t.key}
        value={
          <Text fw={600} size="md" className="breaks">
            {task.key.name || '–'}
          </Text>
        }
        hint={`…${task.key.last4}`}
      />
      {task.expires_at && task.outputs.length > 0 && (
        <Stat
          label={over ? t.expired : t.expires}
          value={
            <Text fw={600} size="md">
              <Ago at={task.expires_at} />
            </Text>
          }
          hint={format.time(task.expires_at)}
        />
      )}
      {task.request_id && (
        <Stat
          label={t.requestId}
          value={
            <Text fw={400} size="sm">
              <CopyId id={task.request_id} short />
            </Text>
          }
        />
      )}
    </div>
  )
}

function ErrorSays({ task: { error } }: { task: TaskDetail }) {
  const t = useTaskTexts()
  return (
    error && (
      <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} title={`${error.code} ${error.name}`}>
        <Group gap="md">
          <span className="breaks">{error.message}</span>
          <Anchor size="sm" href={error.doc_url} target="_blank" rel="noreferrer">
            {t.meaning}
          </Anchor>
        </Group>
      </Alert>
    )
  )
}

function Bodies({ task }: { task: TaskDetail }) {
  const t = useTaskTexts()
  const [tab, setTab] = useState<string | null>('request')
  return (
    <Tabs value={tab} onChange={setTab} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="request">{t.request}</Tabs.Tab>
        <Tabs.Tab value="response">{t.response}</Tabs.Tab>
        <Tabs.Tab value="events">
          {t.events} ({task.events.length})
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="request">
        <Json value={task.request} label={t.request} />
      </Tabs.Panel>
      <Tabs.Panel value="response">
        <Json value={task.response} label={t.response} />
      </Tabs.Panel>
      <Tabs.Panel value="events">
        <Events task={task} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Events({ task }: { task: TaskDetail }) {
  const t = useTaskTexts()
  const format = useFormat()
  const start = Date.parse(task.created_at)
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table fz="xs" aria-label={t.events}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.time}</Table.Th>
            <Table.Th>{t.event}</Table.Th>
            <Table.Th>{t.data}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {task.events.map(({ number, at, type, data }) => (
            <Table.Tr key={number}>
              <Table.Td className="tabular" title={format.time(at)}>
                +{format.duration(Math.max(0, Date.parse(at) - start) / 1000)}
              </Table.Td>
              <Table.Td>{type}</Table.Td>
              <Table.Td>
                <span className="mono breaks">{Object.keys(data).length > 0 ? JSON.stringify(data) : ''}</span>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function Loading() {
  return (
    <Stack>
      <Skeleton h={110} />
      <Skeleton h={280} />
      <Skeleton h={200} />
    </Stack>
  )
}
