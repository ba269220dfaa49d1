// What the fields share: their props from the form, their name and their problems in the reader's language.
import type { ReactNode } from 'react'
import { Input } from '@mantine/core'
import type { FieldProps } from '@rjsf/utils'
import { useTexts } from '@/i18n'
import en from '../en'
import type { Schema } from '../schema'
import zh from '../zh'

export const texts = { en, zh }
export const usePlaygroundTexts = () => useTexts(texts)

// "last_frame_image" without a text of its own reads "Last frame image".
export function labelOf(name: string, known: Record<string, string>): string {
  if (Object.hasOwn(known, name)) return known[name]!
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export interface FieldView<T> {
  id: string
  name: string
  label: string
  description: string | undefined
  error: string | undefined
  required: boolean
  schema: Schema
  value: T | undefined
  setValue: (value: T | undefined) => void
}

export function useField<T>({
  fieldPathId,
  name,
  schema,
  uiSchema,
  formData,
  onChange,
  rawErrors,
  required,
}: FieldProps): FieldView<T> {
  const t = usePlaygroundTexts()
  const model = (uiSchema?.['ui:options'] as { model?: Schema } | undefined)?.model ?? (schema as Schema)
  return {
    id: fieldPathId.$id,
    name,
    label: labelOf(name, t.fields),
    description: model.description,
    error: rawErrors?.join(' · ') || undefined,
    required: required ?? false,
    schema: model,
    value: formData as T | undefined,
    setValue: (value) => onChange(value, fieldPathId.path),
  }
}

// A field whose input is made of several: it names them as one group.
interface GroupProps {
  field: Pick<FieldView<unknown>, 'id' | 'label' | 'description' | 'error' | 'required'>
  children: ReactNode
}

export function GroupField({ field, children }: GroupProps) {
  return (
    <Input.Wrapper
      id={field.id}
      label={field.label}
      description={field.description}
      error={field.error}
      required={field.required}
      labelElement="div"
      labelProps={{ id: `${field.id}-label` }}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
    >
      <div
        role="group"
        aria-labelledby={`${field.id}-label`}
        aria-describedby={field.error ? `${field.id}-error` : undefined}
      >
        {children}
      </div>
    </Input.Wrapper>
  )
}
