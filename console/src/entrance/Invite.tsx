import { useState } from 'react'
import { Alert, PasswordInput } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { Entrance, useEntranceTexts, useToken } from './Entrance'

export default function Invite() {
  const t = useEntranceTexts()
  const token = useToken()
  const [password, setPassword] = useState('')
  return (
    <Entrance title={t.invite.title} text={t.invite.text} submit={t.invite.submit} path="/invite"
      body={() => ({ token, password })}>
      {!token && <Alert color="yellow" variant="light" icon={<IconInfoCircle size={18} />}>{t.invite.noToken}</Alert>}
      <PasswordInput label={t.newPassword} description={t.passwordHint} name="password" autoComplete="new-password" required
        autoFocus value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
    </Entrance>
  )
}
