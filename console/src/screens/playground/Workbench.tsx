// The form on one side, what comes of it on the other.
import { useId, useMemo, useRef, useState } from 'react'
import type { ApiError } from '@/api/client'
import type { Book, ModelCard, PlaygroundView } from '@/api/types'
import { ErrorNotice } from '@/components'
import { useFormat } from '@/format'
import { useBook, useScope } from '@/scope'
import { usePlaygroundTexts } from './fields/common'
import { ModelPicker } from './ModelPicker'
import { OutputTabs } from './OutputTabs'
import classes from './playground.module.css'
import RequestForm, { type ShownProblem } from './RequestForm'
import { RunBar } from './RunBar'
import type { Schema } from './schema'
import { carryOver } from './start'
import { UploadProvider } from './uploads'
import { encodeBody } from './url_body'
import { knownPrice, usePrice } from './usePrice'
import { useRequest } from './useRequest'
import { useRun } from './useRun'
import { parsePath, type Problem } from './validator'

interface Props {
  opened: PlaygroundView
  openedBook: Book
  model: ModelCard
  onModel: (id: string, query: string) => void
}

export function Workbench({ opened, openedBook, model, onModel }: Props) {
  const { models } = opened
  const scope = useScope()
  const formId = useId()
  const [book] = useBook()
  const [tab, setTab] = useState<string | null>('result')
  const output = useRef<HTMLElement>(null)
  const request = useRequest(model, () => run.clearError())
  const run = useRun(scope.api, scope.account, book, request.taskId, request.keepTask, opened.task)
  const complete = request.problems.length === 0
  const known = openedBook === book ? knownPrice(model, opened) : undefined
  const price = usePrice(scope.api, book, request.sent, request.uploads, complete, known)
  const refusal = run.error ?? (complete ? price.error : null)
  const problems = useShownProblems(request.visibleProblems, refusal)
  const { uploads, setField } = request

  const start = () => {
    request.press()
    if (!complete || run.submitting) {
      document.getElementById(`${formId}_${String(request.problems[0]?.path[0])}`)?.focus()
      return
    }
    setTab('result')
    output.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
    void run.start(request.sent, uploads)
  }
  const pick = (id: string) => {
    const next = models.find((one) => one.id === id)!
    const query = encodeBody(carryOver(request.body, model, next), next.schema as Schema).toString()
    onModel(id, query && `?${query}`)
  }
  return (
    <div
      className={classes.columns}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) start()
      }}
    >
      <div className={classes.form}>
        <div className={classes.fields}>
          <ModelPicker models={models} value={model} onChange={pick} />
          <UploadProvider value={{ uploads, setUploads: setField }}>
            <RequestForm
              id={formId}
              schema={request.schema}
              body={request.body}
              problems={problems}
              onChange={request.change}
              onRun={start}
            />
          </UploadProvider>
          {refusal && !refusal.param && <ErrorNotice error={refusal} />}
        </div>
        <RunBar
          formId={formId}
          price={price}
          complete={complete}
          submitting={run.submitting}
          again={run.task !== null && !run.going}
          onReset={request.reset}
        />
      </div>
      <OutputTabs
        ref={output}
        tab={tab}
        setTab={setTab}
        model={model}
        body={request.shown}
        hasUploads={request.hasUploads}
        submitted={run.submitted}
        task={run.task}
        startedAt={run.startedAt}
      />
    </div>
  )
}

// Our own findings in the reader's language, and what the server says of a field.
function useShownProblems(found: Problem[], refusal: ApiError | null): ShownProblem[] {
  const t = usePlaygroundTexts()
  const format = useFormat()
  const own = found.map(({ path, name, limit }) => ({
    path,
    text: t.problems[name](limit === undefined ? '' : format.number(limit)),
  }))
  const all = refusal?.param ? [...own, { path: parsePath(refusal.param), text: refusal.message }] : own
  const text = JSON.stringify(all)
  return useMemo(() => JSON.parse(text) as ShownProblem[], [text])
}
