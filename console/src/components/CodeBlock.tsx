import { CopyIcon } from './small'
import classes from './CodeBlock.module.css'

// Text for copying: a command, a body. `label` names it for those who do not see it.
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.block}>
      <pre tabIndex={0} aria-label={label}><code>{code}</code></pre>
      <div className={classes.copy}><CopyIcon text={code} what={label} /></div>
    </div>
  )
}
