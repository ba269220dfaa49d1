import { Button, Text } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { FirstSteps as Steps } from '@/api/types'
import { Section } from '@/components'
import { useScope } from '@/scope'
import { useOverviewTexts } from './texts'
import classes from './overview.module.css'

// The way to the first picture. Each step ticks itself; with the last, all of this goes.
export function FirstSteps({ steps }: { steps: Steps }) {
  const t = useOverviewTexts()
  const { home, canManage } = useScope()
  const rows = [
    { name: 'key', done: steps.key, what: t.steps.key, text: t.steps.keyText,
      action: canManage && <Button size="xs" component={Link} href={`${home}/keys?new`}>{t.steps.keyAction}</Button> },
    { name: 'playground', done: steps.playground, what: t.steps.playground, text: t.steps.playgroundText,
      action: <Button size="xs" variant="default" component={Link} href={`${home}/playground`}>{t.steps.playgroundAction}</Button> },
    { name: 'call', done: steps.api_call, what: t.steps.call, text: t.steps.callText,
      action: <Button size="xs" variant="default" component="a" href="/docs/quickstart" target="_blank">{t.steps.callAction}</Button> },
  ]
  return (
    <Section title={t.steps.title} description={t.steps.done(rows.filter(({ done }) => done).length)} flush>
      <ol className={classes.steps}>
        {rows.map(({ name, done, what, text, action }, at) => (
          <li key={name} data-done={done || undefined}>
            <span className={classes.mark} role="img" aria-label={done ? t.steps.ticked : t.steps.open}>
              {done ? <IconCheck size={15} stroke={2.4} /> : at + 1}
            </span>
            <div>
              <Text className={classes.what}>{what}</Text>
              {!done && <Text size="sm" c="dimmed">{text}</Text>}
            </div>
            {!done && action}
          </li>
        ))}
      </ol>
    </Section>
  )
}
