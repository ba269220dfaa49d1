// The form of a model, drawn by RJSF from the model's schema with our own fields. The page holds the body; the form
// shows it and says what changed.
import { useMemo } from 'react'
import { Button, Collapse, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
// The package's front door asks for a validator that evaluates code.
import Form from '@rjsf/core/lib/components/Form.js'
import type {
  ErrorSchema,
  Field,
  ObjectFieldTemplateProps,
  RJSFSchema,
  TemplatesType,
  UiSchema,
  ValidatorType,
} from '@rjsf/utils'
import { ChoiceField, RatioField, StepperField } from './fields/choices'
import { usePlaygroundTexts } from './fields/common'
import { JsonField, LinkField, NumberField, PromptField, SeedField, SwitchField, TextField } from './fields/inputs'
import { LinksField } from './fields/links'
import { fieldsOf, formSchema, isForemost, type Schema, widgetOf, type WidgetName } from './schema'
import { uploadParts } from './upload_parts'
import type { Body } from './url_body'
import { check, type Problem } from './validator'

const fields: Record<WidgetName, Field> = {
  prompt: PromptField,
  ratio: RatioField,
  stepper: StepperField,
  links: LinksField,
  link: LinkField,
  choice: ChoiceField,
  number: NumberField,
  switch: SwitchField,
  seed: SeedField,
  text: TextField,
  json: JsonField,
}

// The problems of a body are the page's to know (validator.ts) and come in as `problems`; what RJSF asks itself is only
// whether data fit a part of the schema.
const validator: ValidatorType<Body> = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: (schema, data) => check(data, schema as Schema).length === 0,
  rawValidation: () => ({ errors: [] }),
}

export interface ShownProblem extends Pick<Problem, 'path'> {
  text: string
}

function toErrors(problems: readonly ShownProblem[]): ErrorSchema<Body> {
  const root: Record<string, { __errors: string[] }> = {}
  for (const { path, text } of problems) {
    const name = String(path[0] ?? '')
    // Of what is within a field, the place is said before the problem.
    const place = path
      .slice(1)
      .map((part) => (typeof part === 'number' ? part + 1 : part))
      .join('.')
    root[name] = { __errors: [...(root[name]?.__errors ?? []), place ? `${place}: ${text}` : text] }
  }
  return root as ErrorSchema<Body>
}

function uiOf(schema: Schema): UiSchema<Body> {
  const names = fieldsOf(schema)
  const entries = names.map((name) => {
    const property = schema.properties![name]!
    const widget = name in uploadParts && widgetOf(name, property) === 'link' ? 'links' : widgetOf(name, property)
    return [
      name,
      {
        'ui:field': widget,
        'ui:fieldReplacesAnyOrOneOf': true,
        'ui:options': { model: property, foremost: isForemost(name, schema) },
      },
    ]
  })
  return { ...Object.fromEntries(entries), 'ui:order': names, 'ui:submitButtonOptions': { norender: true } }
}

// What matters first; the rest behind a button, which opens by itself when something in it is wrong.
function Layout({ properties, uiSchema, errorSchema }: ObjectFieldTemplateProps<Body>) {
  const t = usePlaygroundTexts()
  const [opened, { toggle }] = useDisclosure(false)
  const isMain = (name: string) =>
    (uiSchema?.[name]?.['ui:options'] as { foremost?: boolean } | undefined)?.foremost ?? false
  const others = properties.filter(({ name }) => !isMain(name))
  const open = opened || others.some(({ name }) => errorSchema?.[name] !== undefined)
  return (
    <Stack gap="lg">
      {properties.filter(({ name }) => isMain(name)).map(({ content }) => content)}
      {others.length > 0 && (
        <>
          <Button
            variant="default"
            size="xs"
            aria-expanded={open}
            onClick={toggle}
            style={{ alignSelf: 'flex-start' }}
            leftSection={open ? <IconChevronUp size={14} /> : <IconChevronDown size={14} />}
          >
            {open ? t.fewerOptions : `${t.moreOptions} (${others.length})`}
          </Button>
          <Collapse expanded={open}>
            <Stack gap="lg">{others.map(({ content }) => content)}</Stack>
          </Collapse>
        </>
      )}
    </Stack>
  )
}

const templates: Partial<TemplatesType<Body>> = {
  FieldTemplate: ({ children, id }) => <div data-field={id}>{children}</div>,
  ObjectFieldTemplate: Layout,
}

interface Props {
  id: string
  schema: Schema
  body: Body
  onChange: (body: Body) => void
  onRun: () => void
  problems: readonly ShownProblem[]
}

export default function RequestForm({ id, schema, body, onChange, onRun, problems }: Props) {
  const shape = useMemo(() => formSchema(schema) as RJSFSchema, [schema])
  const ui = useMemo(() => uiOf(schema), [schema])
  const errors = useMemo(() => toErrors(problems), [problems])
  return (
    <Form<Body>
      id={id}
      idPrefix={id}
      schema={shape}
      uiSchema={ui}
      formData={body}
      validator={validator}
      fields={fields}
      templates={templates}
      extraErrors={errors}
      showErrorList={false}
      noHtml5Validate
      onChange={({ formData = {} }) => onChange(formData)}
      onSubmit={onRun}
    >
      {null}
    </Form>
  )
}
