export default {
  email: 'E-mail',
  password: 'Password',
  name: 'Name',
  nameHint: 'How others see you. You can leave it empty.',
  newPassword: 'Choose a password',
  passwordHint: 'At least 10 characters.',
  insecureTitle: 'This connection is not secure',
  insecure: 'Browsers keep you signed in only over https, or on 127.0.0.1 and localhost. Open the console there, or put a proxy with a certificate in front of the server.',
  login: {
    title: 'Sign in',
    submit: 'Sign in',
    needsSetup: 'This server has no operator yet. Open the link that it printed at its first start; it is valid once.',
    tooMany: (seconds: number) => `Too many attempts. Try again in ${seconds} s.`,
  },
  setup: {
    title: 'Welcome to darkroom',
    text: 'Make the first account of a person. It may do everything on this server.',
    submit: 'Create and sign in',
    noToken: 'The link is not whole. Open it as the server printed it, with everything behind the # sign.',
  },
  invite: {
    title: 'You are invited',
    text: 'Choose a password, and you are in.',
    submit: 'Set the password and sign in',
    noToken: 'The link is not whole. Open it as you received it, with everything behind the # sign.',
  },
}
