import { highlight } from '@samples'
import { CopyIcon } from '@/components'
import classes from './Highlighted.module.css'

// Code in colours, for copying as it stands. Its pieces are text to React, whatever a prompt holds.
export function Highlighted({ code, language, label }: { code: string; language: string; label: string }) {
  return (
    <div className={classes.block}>
      <pre tabIndex={0} aria-label={label}>
        <code>
          {highlight(language, code).map(([kind, text], i) =>
            kind ? (
              <span key={i} className={classes[kind.slice(2)]}>
                {text}
              </span>
            ) : (
              text
            ),
          )}
        </code>
      </pre>
      <div className={classes.copy}>
        <CopyIcon text={code} what={label} />
      </div>
    </div>
  )
}

export function Json({ value, label }: { value: unknown; label: string }) {
  return <Highlighted code={JSON.stringify(value, null, 2) ?? ''} language="curl" label={label} />
}
