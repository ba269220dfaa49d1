import { useEffect, useState } from 'react'
import { Button, Group, Pill, Select, Switch, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch, IconX } from '@tabler/icons-react'
import { useGet } from '@/api/hooks'
import type { List, ModelCard } from '@/api/types'
import { useCommon } from '@/i18n'
import { type Filters } from './rows'
import classes from './tasks.module.css'
import { useTaskTexts } from './texts'

const typingMilliseconds = 350

interface Props {
  filters: Filters
  setFilters: (changes: Partial<Filters>) => void
  live: boolean
  setLive: (live: boolean) => void
}

export function FilterBar({ filters, setFilters, live, setLive }: Props) {
  const t = useTaskTexts()
  const common = useCommon()
  const [opened, setOpened] = useState(false)
  // The catalogue is asked for when somebody looks at it.
  const { data: models } = useGet<List<ModelCard>>('/models', { enabled: opened })
  const names = models?.data.map(({ id }) => id) ?? []
  const any = Object.values(filters).some((value) => value !== '')
  return (
    <Group gap="xs" className={classes.filters} role="search" aria-label={t.filters}>
      <TypedFilter
        label={t.find}
        placeholder={t.findPlaceholder}
        icon
        value={filters.find}
        onChange={(find) => setFilters({ find })}
        width={210}
      />
      <Select
        w={130}
        aria-label={t.status}
        value={filters.status}
        onChange={(status) => setFilters({ status: status ?? '' })}
        data={[
          { value: '', label: t.anyStatus },
          ...(['processing', 'completed', 'failed'] as const).map((value) => ({
            value,
            label: common.statuses[value],
          })),
        ]}
      />
      <Select
        w={180}
        aria-label={t.model}
        searchable
        clearable
        placeholder={t.anyModel}
        value={filters.model || null}
        onDropdownOpen={() => setOpened(true)}
        onChange={(model) => setFilters({ model: model ?? '' })}
        data={filters.model && !names.includes(filters.model) ? [filters.model, ...names] : names}
        comboboxProps={{ width: 300, position: 'bottom-start' }}
      />
      <Select
        w={130}
        aria-label={t.period}
        value={filters.period}
        onChange={(period) => setFilters({ period: period ?? '' })}
        data={Object.entries(t.periods).map(([value, label]) => ({ value, label }))}
      />
      <TypedFilter
        label={t.errorCode}
        placeholder={t.errorCode}
        value={filters.error_code}
        width={100}
        numeric
        onChange={(code) => setFilters({ error_code: code })}
      />
      {filters.key && (
        <Pill withRemoveButton onRemove={() => setFilters({ key: '' })}>
          {t.keyIs(`…${filters.key.slice(-6)}`)}
        </Pill>
      )}
      {any && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<IconX size={14} />}
          onClick={() => setFilters({ status: '', model: '', key: '', error_code: '', period: '', find: '' })}
        >
          {t.clear}
        </Button>
      )}
      <Switch ml="auto" label={t.live} checked={live} onChange={(event) => setLive(event.currentTarget.checked)} />
    </Group>
  )
}

interface TypedProps {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
  width: number
  icon?: boolean
  numeric?: boolean
}

// Typed letters become a filter after a pause.
function TypedFilter({ label, placeholder, value, onChange, width, icon = false, numeric = false }: TypedProps) {
  const [text, setText] = useState(value)
  const tell = useDebouncedCallback((next: string) => onChange(next), typingMilliseconds)
  useEffect(() => setText(value), [value])
  return (
    <TextInput
      w={width}
      aria-label={label}
      placeholder={placeholder}
      value={text}
      inputMode={numeric ? 'numeric' : undefined}
      leftSection={icon ? <IconSearch size={14} aria-hidden /> : undefined}
      onChange={(event) => {
        const next = numeric ? event.currentTarget.value.replace(/\D/g, '') : event.currentTarget.value.trim()
        setText(next)
        tell(next)
      }}
    />
  )
}
