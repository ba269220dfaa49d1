// A small picture of the first thing a task made, or a sign of what is still to come. Made by the server, at most
// 20 KB, loaded when it comes into view.
import { useState } from 'react'
import { IconAlertTriangle, IconLoader2, IconMusic, IconPhoto, IconPlayerPlayFilled } from '@tabler/icons-react'
import { ownPath } from '@/api/client'
import type { TaskRow } from '@/api/types'
import classes from './media.module.css'

interface Props {
  task: Pick<TaskRow, 'status' | 'outputs' | 'prompt' | 'kind'>
  size?: number
  index?: number
}

export function Thumbnail({ task, size = 40, index = 0 }: Props) {
  const [broken, setBroken] = useState(false)
  const output = task.outputs[index]
  const more = task.outputs.length - 1
  const icon = size > 60 ? 28 : 16
  return (
    <span className={classes.thumbnail} style={{ width: size, height: size }} data-status={task.status}>
      {output && !broken && !output.type.startsWith('audio/') ? (
        <img
          src={ownPath(output.thumbnail_url)}
          alt=""
          loading="lazy"
          decoding="async"
          width={size}
          height={size}
          onError={() => setBroken(true)}
        />
      ) : output?.type.startsWith('audio/') ? (
        <IconMusic size={icon} aria-hidden />
      ) : task.status === 'failed' ? (
        <IconAlertTriangle size={icon} aria-hidden />
      ) : task.status === 'processing' ? (
        <IconLoader2 size={icon} className={classes.turning} aria-hidden />
      ) : (
        <IconPhoto size={icon} aria-hidden />
      )}
      {output?.type.startsWith('video/') && (
        <span className={classes.play}>
          <IconPlayerPlayFilled size={size > 60 ? 20 : 10} aria-hidden />
        </span>
      )}
      {more > 0 && index === 0 && size < 60 && <span className={classes.more}>+{more}</span>}
    </span>
  )
}
