import { memo } from 'react'
import { IconClockHour4 } from '@tabler/icons-react'
import { Thumbnail } from '@/media/Thumbnail'
import { useFormat } from '@/format'
import { useTexts } from '@/i18n'
import en from './en'
import classes from './gallery.module.css'
import { type Item, leftOf } from './items'
import zh from './zh'

const texts = { en, zh }

interface Props {
  item: Item
  size: number
  now: number
  onOpen: (item: Item) => void
}

// Drawn anew only when something of it changes, since hundreds of them move under the finger.
export const Tile = memo(function Tile({ item, size, now, onOpen }: Props) {
  const t = useTexts(texts)
  const format = useFormat()
  const { task, index } = item
  const left = leftOf(task.expires_at, now)
  // Whole minutes: a countdown in seconds would draw every tile every second.
  const time = left && format.countdown(left.seconds)
  return (
    <button
      type="button"
      className={classes.tile}
      style={{ width: size, height: size }}
      onClick={() => onOpen(item)}
      aria-label={t.item(task.prompt, task.model, time)}
    >
      <Thumbnail task={task} index={index} size={size} />
      <span className={classes.caption}>
        <span className={classes.words}>{task.prompt || task.model}</span>
      </span>
      {left && (
        <span className={classes.left} data-soon={left.soon || undefined} title={left.soon ? t.expiring(time!) : t.left(time!)}>
          <IconClockHour4 size={11} aria-hidden /> {time}
        </span>
      )}
    </button>
  )
})
