import { useState, type ReactNode } from 'react'
import { Button, Group, Modal, Stack, Text, type ButtonProps } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ApiError } from '@/api/client'
import { useCommon } from '@/i18n'
import { ErrorNotice } from './notices'

interface Props extends ButtonProps {
  children: ReactNode
  title: string
  text: ReactNode
  confirm: string
  onConfirm: () => Promise<unknown>
}

// A button whose deed asks once more, says what it does, and shows what went wrong.
export function ConfirmButton({ children, title, text, confirm, onConfirm, ...button }: Props) {
  const [opened, { open, close }] = useDisclosure()
  return (
    <>
      <Button variant="default" {...button} onClick={open}>{children}</Button>
      <Confirm {...{ opened, close, title, text, confirm, onConfirm }} />
    </>
  )
}

interface ConfirmProps extends Pick<Props, 'title' | 'text' | 'confirm' | 'onConfirm'> { opened: boolean; close: () => void }

// The question alone, for deeds of a menu.
export function Confirm({ opened, close, title, text, confirm, onConfirm }: ConfirmProps) {
  const t = useCommon()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const leave = () => { setError(null); close() }
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      await onConfirm()
      leave()
    } catch (reason) {
      setError(reason as ApiError)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal opened={opened} onClose={leave} title={<Text fw={600}>{title}</Text>} closeButtonProps={{ 'aria-label': t.close }}>
      <Stack>
        <Text component="div" size="md">{text}</Text>
        {error && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>{t.cancel}</Button>
          <Button color="safelight" loading={busy} onClick={() => void act()} data-autofocus>{confirm}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
