// What came of the request, and the request itself in every form that a program needs.
import type { Ref } from 'react'
import { Stack, Tabs, Text } from '@mantine/core'
import { useServer } from '@/api/hooks'
import type { ModelCard, TaskDetail } from '@/api/types'
import { Json } from '@/code/Highlighted'
import { CodePane } from './CodePane'
import { usePlaygroundTexts } from './fields/common'
import classes from './playground.module.css'
import { ResultPane } from './ResultPane'
import type { Body } from './url_body'

const tabs = ['result', 'request', 'response', 'code'] as const

interface Props {
  ref: Ref<HTMLElement>
  tab: string | null
  setTab: (tab: string | null) => void
  model: ModelCard
  body: Body
  hasUploads: boolean
  submitted: unknown
  task: TaskDetail | null
  startedAt: number | null
}

export function OutputTabs({ ref, tab, setTab, model, body, hasUploads, submitted, task, startedAt }: Props) {
  const t = usePlaygroundTexts()
  const base = useServer().data?.public_url || window.location.origin
  return (
    <section ref={ref} className={classes.output} aria-label={t.resultOf}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List px="md" pt={4} className={classes.tabs}>
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="result" className={classes.panel}>
          <ResultPane task={task} startedAt={startedAt} model={model} />
        </Tabs.Panel>
        <Tabs.Panel value="request" className={classes.panel}>
          <Stack gap="sm">
            <Text size="sm" ff="monospace">
              POST {model.endpoint}
            </Text>
            <Json value={body} label={t.tabs.request} />
            <Text size="xs" c="dimmed">
              {hasUploads ? t.uploadsNote : t.requestNote}
            </Text>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="response" className={classes.panel}>
          <Responses submitted={submitted} poll={task?.response} />
        </Tabs.Panel>
        <Tabs.Panel value="code" className={classes.panel}>
          <CodePane base={base} endpoint={model.endpoint} body={body} hasUploads={hasUploads} />
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}

function Responses({ submitted, poll }: { submitted: unknown; poll: unknown }) {
  const t = usePlaygroundTexts()
  const answers = [
    [t.submitted, submitted],
    [t.poll, poll],
  ].filter(([, value]) => value !== null && value !== undefined)
  if (answers.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t.noResponse}
      </Text>
    )
  return (
    <Stack gap="sm">
      {answers.map(([label, value]) => (
        <div key={String(label)}>
          <Text size="sm" c="dimmed" mb={6}>
            {String(label)}
          </Text>
          <Json value={value} label={String(label)} />
        </div>
      ))}
    </Stack>
  )
}
