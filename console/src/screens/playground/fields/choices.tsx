// Fields that offer what there is: ratio tiles, words, and a counter.
import { ActionIcon, Group, NumberInput, Radio, Select, Text } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import type { FieldProps } from '@rjsf/utils'
import { fitRatio, parseRatio } from '../ratio'
import { choicesOf, type Schema } from '../schema'
import { GroupField, type FieldView, useField, usePlaygroundTexts } from './common'
import classes from './fields.module.css'

const tileSide = 26
const tileLeast = 5
// More words than this are a list that drops down.
const mostChips = 6

// The words of the schema, and the one given even if it is none of them.
function choices({ schema, value }: { schema: Schema; value: unknown }) {
  const offered = choicesOf(schema) ?? []
  return value === undefined || offered.includes(value) ? offered : [...offered, value]
}

interface ChoiceProps {
  field: FieldView<unknown>
  className?: string
  children: (choice: unknown) => React.ReactNode
}

// Radio buttons that look like cards, walked through by the arrow keys.
function Cards({ field, className, children }: ChoiceProps) {
  const offered = choices(field)
  return (
    <Radio.Group
      id={field.id}
      name={field.id}
      label={field.label}
      description={field.description}
      error={field.error}
      required={field.required}
      value={field.value === undefined ? null : JSON.stringify(field.value)}
      onChange={(text) => field.setValue(JSON.parse(text))}
    >
      <Group gap={6} mt={6} className={className}>
        {offered.map((choice) => (
          <Radio.Card
            key={String(choice)}
            value={JSON.stringify(choice)}
            className={classes.card}
            aria-label={String(choice)}
            onDoubleClick={() => {
              if (!field.required) field.setValue(undefined)
            }}
          >
            {children(choice)}
          </Radio.Card>
        ))}
      </Group>
    </Radio.Group>
  )
}

export function RatioField(props: FieldProps) {
  const field = useField<unknown>(props)
  return (
    <Cards field={field} className={classes.tiles}>
      {(choice) => {
        const ratio = parseRatio(String(choice))
        const box = ratio && fitRatio(ratio, tileSide, tileLeast)
        return (
          <span className={classes.tile}>
            <span
              className={classes.shape}
              style={box ? { width: box.width, height: box.height } : undefined}
              data-free={!box || undefined}
            />
            <Text span size="xs">
              {String(choice)}
            </Text>
          </span>
        )
      }}
    </Cards>
  )
}

export function ChoiceField(props: FieldProps) {
  const field = useField<unknown>(props)
  const t = usePlaygroundTexts()
  const offered = choices(field)
  if (offered.length <= mostChips) {
    return (
      <Cards field={field}>
        {(choice) => (
          <Text span size="sm" className={classes.chip}>
            {String(choice)}
          </Text>
        )}
      </Cards>
    )
  }
  const byText = new Map(offered.map((choice) => [String(choice), choice]))
  return (
    <Select
      id={field.id}
      name={field.name}
      label={field.label}
      description={field.description}
      error={field.error}
      required={field.required}
      data={[...byText.keys()]}
      searchable={offered.length > 12}
      clearable={!field.required}
      allowDeselect={!field.required}
      placeholder={t.unset}
      value={field.value === undefined ? null : String(field.value)}
      onChange={(text) => field.setValue(text === null ? undefined : byText.get(text))}
    />
  )
}

export function StepperField(props: FieldProps) {
  const field = useField<number>(props)
  const t = usePlaygroundTexts()
  const { minimum = 0, maximum = 100 } = field.schema
  const value = field.value
  const step = (by: number) => field.setValue(Math.min(maximum, Math.max(minimum, (value ?? minimum) + by)))
  return (
    <GroupField field={field}>
      <Group gap={6} mt={4}>
        <ActionIcon
          variant="default"
          size={34}
          aria-label={t.less}
          disabled={(value ?? minimum) <= minimum}
          onClick={() => step(-1)}
        >
          <IconMinus size={14} />
        </ActionIcon>
        <NumberInput
          aria-label={field.label}
          name={field.name}
          hideControls
          w={64}
          min={minimum}
          max={maximum}
          clampBehavior="none"
          allowDecimal={false}
          classNames={{ input: classes.count }}
          error={field.error !== undefined}
          value={value ?? ''}
          onChange={(next) => field.setValue(next === '' ? undefined : Number(next))}
        />
        <ActionIcon
          variant="default"
          size={34}
          aria-label={t.more}
          disabled={(value ?? minimum) >= maximum}
          onClick={() => step(1)}
        >
          <IconPlus size={14} />
        </ActionIcon>
        <Text size="xs" c="dimmed">
          {minimum} – {maximum}
        </Text>
      </Group>
    </GroupField>
  )
}
