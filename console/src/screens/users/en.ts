export default {
  title: 'Users',
  description: 'Everyone who can sign in to this console.',
  add: 'Invite user',
  columns: { person: 'Person', accounts: 'Accounts', status: 'Status', login: 'Last sign-in', created: 'Created' },
  operator: 'Operator',
  form: {
    title: 'Invite a user', email: 'E-mail', name: 'Name', operator: 'Operator', operatorHint: 'Sees and changes everything on this server.',
    submit: 'Make the invitation',
  },
  invite: {
    title: 'The invitation', label: 'Invitation link', action: 'New invitation',
    text: (email: string) => `Send this link to ${email}. With it the person chooses a password; it is valid once, for 24 hours.`,
    warning: 'Whoever opens the link first gets in. It cannot be shown again.', done: 'I have copied it',
  },
  makeOperator: 'Make operator',
  takeOperator: 'Take operator right',
  disable: { action: 'Disable', title: (who: string) => `Disable ${who}?`, text: 'All sessions of the person end now, and no new one begins until the user is enabled again.' },
  enable: 'Enable',
}
