export default {
  title: 'Accounts',
  description: 'Each has its own balance, keys and tasks; none sees another’s.',
  add: 'Create account',
  empty: 'No accounts yet',
  emptyText: 'An account holds credits, and keys that spend them.',
  find: 'Find by the beginning of the name',
  columns: { name: 'Account', id: 'Id' },
  form: { title: 'Create an account', name: 'Name', hint: 'Letters, digits, dots, dashes and underscores work best in addresses.', submit: 'Create account' },
  grant: {
    action: 'Grant credits', title: (account: string) => `Grant credits to ${account}`, amount: 'Credits', mode: 'Balance',
    submit: 'Grant', done: (amount: string, account: string) => `${amount} credits granted to ${account}`, hint: '1,000 credits are one US dollar.',
  },
}
