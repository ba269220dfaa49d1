// The model of the request: found by any part of its name, grouped by what it makes.
import { Combobox, Group, InputBase, Text, useCombobox } from '@mantine/core'
import { useState } from 'react'
import type { ModelCard } from '@/api/types'
import { priceFrom } from '@/models'
import { useFormat } from '@/format'
import { usePlaygroundTexts } from './fields/common'

const kinds = ['image', 'video', 'tool'] as const

function matches(model: ModelCard, search: string) {
  const text = `${model.id} ${model.name} ${model.modes.join(' ')}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

interface Props {
  models: ModelCard[]
  value: ModelCard | undefined
  onChange: (id: string) => void
}

export function ModelPicker({ models, value, onChange }: Props) {
  const t = usePlaygroundTexts()
  const format = useFormat()
  const [search, setSearch] = useState('')
  const box = useCombobox({
    onDropdownClose: () => {
      box.resetSelectedOption()
      setSearch('')
    },
    onDropdownOpen: () => box.focusSearchInput(),
  })
  const found = models.filter((model) => matches(model, search))
  const pick = (id: string) => {
    onChange(id)
    box.closeDropdown()
  }
  return (
    <Combobox store={box} onOptionSubmit={pick} shadow="md">
      <Combobox.Target targetType="button">
        <InputBase
          component="button"
          type="button"
          pointer
          multiline
          label={t.model}
          rightSection={<Combobox.Chevron />}
          rightSectionPointerEvents="none"
          onClick={() => box.toggleDropdown()}
          aria-description={value?.name}
        >
          <Text span fw={500} size="sm" display="block" truncate>
            {value?.name}
          </Text>
          <Text span size="xs" c="dimmed" ff="monospace" display="block" truncate>
            {value?.id}
          </Text>
        </InputBase>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          placeholder={t.findModel}
          aria-label={t.findModel}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            box.selectFirstOption()
          }}
        />
        <Combobox.Options mah={380} style={{ overflowY: 'auto' }}>
          {found.length === 0 && <Combobox.Empty>{t.noModel}</Combobox.Empty>}
          {kinds.map((kind) => (
            <Combobox.Group key={kind} label={t.kinds[kind]}>
              {found
                .filter((model) => model.kind === kind)
                .map((model) => (
                  <Combobox.Option key={model.id} value={model.id} active={model.id === value?.id}>
                    <Group gap="xs" wrap="nowrap" justify="space-between">
                      <div style={{ minWidth: 0 }}>
                        <Text span size="sm" display="block" truncate fw={model.id === value?.id ? 600 : 400}>
                          {model.name}
                        </Text>
                        <Text span size="xs" c="dimmed" ff="monospace" display="block" truncate>
                          {model.id}
                        </Text>
                      </div>
                      <Text span size="xs" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }}>
                        {priceFrom(model, format.credits)}
                      </Text>
                    </Group>
                  </Combobox.Option>
                ))}
            </Combobox.Group>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
