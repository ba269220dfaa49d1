// The same request as code, in the language chosen last.
import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { Highlighted } from '@/code/Highlighted'
import { languagesFor } from '@/code/languages'
import { usePlaygroundTexts } from './fields/common'

interface Props {
  base: string
  endpoint: string
  body: Record<string, unknown>
  hasUploads: boolean
}

export function CodePane({ base, endpoint, body, hasUploads }: Props) {
  const t = usePlaygroundTexts()
  const [chosen, choose] = useLocalStorage({
    key: 'darkroom-code',
    defaultValue: 'curl',
    getInitialValueInEffect: false,
  })
  const languages = languagesFor(endpoint)
  const language = languages.find(({ name }) => name === chosen) ?? languages[0]!
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        aria-label={t.codeLanguage}
        value={language.name}
        onChange={choose}
        data={languages.map(({ name, label }) => ({ value: name, label }))}
      />
      <Highlighted
        code={language.print({ base, endpoint, body })}
        language={language.name}
        label={`${t.tabs.code}: ${language.label}`}
      />
      <Text size="xs" c="dimmed">
        {hasUploads ? t.uploadsNote : t.codeNote}
      </Text>
    </Stack>
  )
}
