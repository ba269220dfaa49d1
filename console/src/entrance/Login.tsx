import { useState } from 'react'
import { Alert, PasswordInput, TextInput } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useServer } from '@/api/hooks'
import { Entrance, useEntranceTexts } from './Entrance'

export default function Login() {
  const t = useEntranceTexts()
  const server = useServer()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  return (
    <Entrance title={t.login.title} submit={t.login.submit} path="/login" body={() => ({ email, password })}
      explain={(error) => error.status === 429 ? t.login.tooMany(error.retryAfterSeconds ?? 60)
        : error.status === 401 ? error.message : undefined}>
      {server.data?.needs_setup && (
        <Alert color="blue" variant="light" icon={<IconInfoCircle size={18} />}>{t.login.needsSetup}</Alert>
      )}
      <TextInput label={t.email} type="email" name="email" autoComplete="username" required autoFocus
        value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
      <PasswordInput label={t.password} name="password" autoComplete="current-password" required
        value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
    </Entrance>
  )
}
