import { useState } from 'react'
import { Alert, PasswordInput, TextInput } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { Entrance, useEntranceTexts, useToken } from './Entrance'

export default function Setup() {
  const t = useEntranceTexts()
  const token = useToken()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  return (
    <Entrance title={t.setup.title} text={t.setup.text} submit={t.setup.submit} path="/setup"
      body={() => ({ token, email, password, ...(name && { name }) })}>
      {!token && <Alert color="yellow" variant="light" icon={<IconInfoCircle size={18} />}>{t.setup.noToken}</Alert>}
      <TextInput label={t.email} type="email" name="email" autoComplete="username" required autoFocus
        value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
      <TextInput label={t.name} description={t.nameHint} name="name" autoComplete="name"
        value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <PasswordInput label={t.newPassword} description={t.passwordHint} name="password" autoComplete="new-password" required
        value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
    </Entrance>
  )
}
