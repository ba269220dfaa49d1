// The plain fields: prompt, text, number, seed, switch, JSON.
import { useEffect, useState } from 'react'
import {
  ActionIcon,
  JsonInput,
  NumberInput,
  SegmentedControl,
  Switch,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconDice5 } from '@tabler/icons-react'
import type { FieldProps } from '@rjsf/utils'
import { useFormat } from '@/format'
import { usePlaygroundTexts, useField, GroupField, type FieldView } from './common'

const mostSeed = 2_147_483_647

const shared = <T,>({ id, label, description, error, required }: FieldView<T>) => ({
  id,
  label,
  description,
  error,
  required,
})

export function PromptField(props: FieldProps) {
  const field = useField<string>(props)
  const t = usePlaygroundTexts()
  const format = useFormat()
  const used = [...(field.value ?? '')].length
  const most = field.schema.maxLength
  return (
    <div>
      <Textarea
        {...shared(field)}
        autosize
        minRows={4}
        maxRows={14}
        placeholder={t.promptPlaceholder}
        value={field.value ?? ''}
        name={field.name}
        onChange={(event) => field.setValue(event.currentTarget.value || undefined)}
      />
      {most !== undefined && used > most / 2 && (
        <Text size="xs" c={used > most ? 'red' : 'dimmed'} ta="right" mt={4}>
          {t.letters(format.number(used), format.number(most))}
        </Text>
      )}
    </div>
  )
}

export function TextField(props: FieldProps) {
  const field = useField<string>(props)
  return (
    <TextInput
      {...shared(field)}
      name={field.name}
      value={field.value ?? ''}
      onChange={(event) => field.setValue(event.currentTarget.value || undefined)}
    />
  )
}

export function LinkField(props: FieldProps) {
  const field = useField<string>(props)
  const t = usePlaygroundTexts()
  return (
    <TextInput
      {...shared(field)}
      name={field.name}
      type="url"
      inputMode="url"
      placeholder={t.linkPlaceholder}
      value={field.value ?? ''}
      onChange={(event) => field.setValue(event.currentTarget.value.trim() || undefined)}
    />
  )
}

export function NumberField(props: FieldProps) {
  const field = useField<number>(props)
  return (
    <NumberInput
      {...shared(field)}
      name={field.name}
      min={field.schema.minimum}
      max={field.schema.maximum}
      clampBehavior="none"
      allowDecimal={field.schema.type === 'number'}
      value={field.value ?? ''}
      onChange={(value) => field.setValue(toNumber(value))}
    />
  )
}

const toNumber = (value: string | number) => (value === '' || Number.isNaN(Number(value)) ? undefined : Number(value))

export function SeedField(props: FieldProps) {
  const field = useField<number>(props)
  const t = usePlaygroundTexts()
  const most = Math.min(field.schema.maximum ?? mostSeed, mostSeed)
  return (
    <NumberInput
      {...shared(field)}
      name={field.name}
      placeholder={t.any}
      min={field.schema.minimum}
      max={field.schema.maximum}
      clampBehavior="none"
      allowDecimal={false}
      hideControls
      value={field.value ?? ''}
      onChange={(value) => field.setValue(toNumber(value))}
      rightSection={
        <Tooltip label={t.randomSeed}>
          <ActionIcon aria-label={t.randomSeed} onClick={() => field.setValue(Math.floor(Math.random() * most))}>
            <IconDice5 size={16} />
          </ActionIcon>
        </Tooltip>
      }
    />
  )
}

// Three states where the model has no default: on, off, and left to it.
export function SwitchField(props: FieldProps) {
  const field = useField<boolean>(props)
  const t = usePlaygroundTexts()
  if ('default' in field.schema) {
    return (
      <Switch
        id={field.id}
        name={field.name}
        label={field.label}
        description={field.description}
        error={field.error}
        checked={field.value ?? false}
        onChange={(event) => field.setValue(event.currentTarget.checked)}
      />
    )
  }
  return (
    <GroupField field={field}>
      <SegmentedControl
        aria-label={field.label}
        size="xs"
        value={field.value === undefined ? '' : String(field.value)}
        onChange={(value) => field.setValue(value === '' ? undefined : value === 'true')}
        data={[
          { value: '', label: t.unset },
          { value: 'true', label: t.on },
          { value: 'false', label: t.off },
        ]}
      />
    </GroupField>
  )
}

// What has a shape of its own is written as JSON. What does not read as JSON stays in the box and is marked.
export function JsonField(props: FieldProps) {
  const field = useField<unknown>(props)
  const outside =
    field.value === undefined
      ? ''
      : typeof field.value === 'string'
        ? field.value
        : JSON.stringify(field.value, null, 2)
  const [text, setText] = useState(outside)
  useEffect(() => {
    setText((shown) => (JSON.stringify(read(shown)) === JSON.stringify(field.value) ? shown : outside))
  }, [outside, field.value])
  return (
    <JsonInput
      {...shared(field)}
      name={field.name}
      autosize
      minRows={2}
      maxRows={10}
      formatOnBlur
      value={text}
      ff="monospace"
      onChange={(next) => {
        setText(next)
        field.setValue(read(next))
      }}
    />
  )
}

function read(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
