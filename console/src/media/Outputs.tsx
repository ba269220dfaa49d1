// What a task made, in full: pictures, films with their sound, sounds.
import { ActionIcon, Group, Tooltip } from '@mantine/core'
import { IconDownload, IconExternalLink } from '@tabler/icons-react'
import { ownPath } from '@/api/client'
import type { Output } from '@/api/types'
import { useTexts } from '@/i18n'
import en from './en'
import classes from './media.module.css'
import zh from './zh'

const texts = { en, zh }

export function Outputs({ outputs, prompt }: { outputs: readonly Output[]; prompt: string }) {
  return (
    <div className={classes.grid} data-count={Math.min(outputs.length, 4)}>
      {outputs.map((output, i) => (
        <Full key={output.url} output={output} number={i + 1} prompt={prompt} />
      ))}
    </div>
  )
}

function Full({ output, number, prompt }: { output: Output; number: number; prompt: string }) {
  const t = useTexts(texts)
  const path = ownPath(output.url)
  const label = t.result(number, prompt)
  return (
    <figure className={classes.full}>
      <Medium output={output} path={path} label={label} />
      <Group gap={4} className={classes.deeds}>
        <Tooltip label={t.download}>
          <ActionIcon
            variant="filled"
            color="dark"
            component="a"
            href={path}
            download
            aria-label={`${t.download}: ${t.number(number)}`}
          >
            <IconDownload size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t.openFull}>
          <ActionIcon
            variant="filled"
            color="dark"
            component="a"
            href={path}
            target="_blank"
            rel="noreferrer"
            aria-label={`${t.openFull}: ${t.number(number)}`}
          >
            <IconExternalLink size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </figure>
  )
}

function Medium({ output, path, label }: { output: Output; path: string; label: string }) {
  if (output.type.startsWith('video/')) {
    return (
      <video
        controls
        playsInline
        preload="metadata"
        src={path}
        poster={output.poster_url && ownPath(output.poster_url)}
        aria-label={label}
      />
    )
  }
  if (output.type.startsWith('audio/')) return <audio controls preload="metadata" src={path} aria-label={label} />
  return <img src={path} alt={label} decoding="async" />
}
