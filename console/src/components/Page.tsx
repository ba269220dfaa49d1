import { useEffect, type ReactNode } from 'react'
import { Group, Stack, Text, Title } from '@mantine/core'
import classes from './Page.module.css'

interface PageProps { title: string; description?: ReactNode; actions?: ReactNode; narrow?: boolean; children: ReactNode }

// The frame of every screen: its one heading, what it is for, and what can be done here.
export function Page({ title, description, actions, narrow = false, children }: PageProps) {
  useEffect(() => { document.title = `${title} · darkroom` }, [title])
  return (
    <div className={classes.page} data-narrow={narrow || undefined}>
      <Group justify="space-between" align="flex-start" gap="md" className={classes.head}>
        <div className={classes.words}>
          <Title order={1} className="breaks">{title}</Title>
          {description && <Text component="div" c="dimmed" mt={4}>{description}</Text>}
        </div>
        {actions && <Group gap="xs" className={classes.actions}>{actions}</Group>}
      </Group>
      <Stack gap="lg">{children}</Stack>
    </div>
  )
}

interface SectionProps { title?: string; description?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode }

// A card of a screen. `flush` lets its content, such as a table, reach the border.
export function Section({ title, description, actions, flush = false, children }: SectionProps) {
  return (
    <section className={classes.section}>
      {(title || actions) && (
        <Group justify="space-between" gap="sm" className={classes.sectionHead}>
          <div>
            {title && <Title order={2}>{title}</Title>}
            {description && <Text component="div" size="sm" c="dimmed" mt={2}>{description}</Text>}
          </div>
          {actions}
        </Group>
      )}
      <div className={flush ? undefined : classes.body}>{children}</div>
    </section>
  )
}
