// A list of pictures or films: links, and files where the server takes them.
import { useEffect, useRef, useState } from 'react'
import { ActionIcon, Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPhotoUp, IconPlus, IconX } from '@tabler/icons-react'
import type { FieldProps } from '@rjsf/utils'
import { useFormat } from '@/format'
import { makeUpload, mostUploadBytes, type Upload } from '../upload_parts'
import { useUploads } from '../uploads'
import { GroupField, useField, usePlaygroundTexts } from './common'
import classes from './fields.module.css'

const previewSide = 96
const mebibyte = 1024 * 1024

// One field of a single link, or of several; a file takes a place among them.
export function LinksField(props: FieldProps) {
  const field = useField<string[] | string>(props)
  const t = usePlaygroundTexts()
  const single = field.schema.type === 'string'
  const links = single
    ? field.value === undefined
      ? []
      : [field.value as string]
    : ((field.value as string[] | undefined) ?? [])
  const { canUpload, uploads, setUploads } = useUploads(field.name)
  const most = single ? 1 : (field.schema.maxItems ?? Infinity)
  const left = most - links.length - uploads.length
  const setLinks = (next: string[]) => field.setValue(next.length === 0 ? undefined : single ? next[0] : next)
  return (
    <GroupField field={field}>
      <Stack gap={6} mt={4}>
        {links.map((link, i) => (
          <Group key={i} gap={6} wrap="nowrap">
            <TextInput
              flex={1}
              type="url"
              inputMode="url"
              placeholder={t.linkPlaceholder}
              aria-label={t.linkOf(`${field.label} ${i + 1}`)}
              value={link}
              onChange={(event) => setLinks(links.with(i, event.currentTarget.value))}
              autoFocus={link === ''}
            />
            <ActionIcon
              size={34}
              aria-label={t.removeItem(`${field.label} ${i + 1}`)}
              onClick={() => setLinks(links.toSpliced(i, 1))}
            >
              <IconX size={14} />
            </ActionIcon>
          </Group>
        ))}
        {uploads.length > 0 && (
          <Group gap={8}>
            {uploads.map((upload) => (
              <Preview
                key={upload.id}
                upload={upload}
                onRemove={() => setUploads(uploads.filter(({ id }) => id !== upload.id))}
              />
            ))}
          </Group>
        )}
        {left > 0 && (
          <>
            {canUpload && (
              <Dropzone
                left={left}
                label={field.label}
                onFiles={(files) => setUploads([...uploads, ...files.map(makeUpload)])}
              />
            )}
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              className={classes.add}
              leftSection={<IconPlus size={14} />}
              onClick={() => setLinks([...links, ''])}
            >
              {t.addLink}
            </Button>
          </>
        )}
      </Stack>
    </GroupField>
  )
}

function Dropzone({ left, label, onFiles }: { left: number; label: string; onFiles: (files: File[]) => void }) {
  const t = usePlaygroundTexts()
  const format = useFormat()
  const [over, setOver] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const take = (files: File[]) => {
    const strange = files.find(({ type }) => !type.startsWith('image/'))
    const big = files.find(({ size }) => size > mostUploadBytes)
    setRefusal(
      strange
        ? t.notPicture(strange.name)
        : big
          ? t.tooBig(big.name, `${format.number(mostUploadBytes / mebibyte)} MiB`)
          : null,
    )
    onFiles(
      files
        .filter((file) => file !== strange && file.type.startsWith('image/') && file.size <= mostUploadBytes)
        .slice(0, left),
    )
  }
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take([...event.dataTransfer.files])
      }}
      onPaste={(event) => {
        if (event.clipboardData.files.length > 0) take([...event.clipboardData.files])
      }}
    >
      <Group gap={6} justify="center">
        <IconPhotoUp size={16} aria-hidden />
        <Text size="sm" c="dimmed">
          {t.dropHere}
        </Text>
        <FileButton
          multiple={left > 1}
          accept="image/*"
          onChange={(files) => take(Array.isArray(files) ? files : files ? [files] : [])}
        >
          {(button) => (
            <Button {...button} size="compact-sm" variant="default" aria-label={`${t.chooseFiles}: ${label}`}>
              {t.chooseFiles}
            </Button>
          )}
        </FileButton>
      </Group>
      {refusal && (
        <Text size="xs" c="red" ta="center" mt={4} role="alert">
          {refusal}
        </Text>
      )}
    </div>
  )
}

// Drawn from the file itself, since pages may load nothing but what the server gives.
function Preview({ upload: { file }, onRemove }: { upload: Upload; onRemove: () => void }) {
  const t = usePlaygroundTexts()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let gone = false
    void createImageBitmap(file).then(
      (picture) => {
        const context = canvas.current?.getContext('2d')
        if (gone || !context) return
        const scale = Math.max(previewSide / picture.width, previewSide / picture.height)
        const [width, height] = [picture.width * scale, picture.height * scale]
        context.drawImage(picture, (previewSide - width) / 2, (previewSide - height) / 2, width, height)
        picture.close()
      },
      () => {},
    )
    return () => {
      gone = true
    }
  }, [file])
  return (
    <figure className={classes.preview} title={file.name}>
      <canvas ref={canvas} width={previewSide} height={previewSide} role="img" aria-label={file.name} />
      <ActionIcon
        size="sm"
        variant="filled"
        color="dark"
        className={classes.remove}
        aria-label={t.removeItem(file.name)}
        onClick={onRemove}
      >
        <IconX size={12} />
      </ActionIcon>
    </figure>
  )
}
