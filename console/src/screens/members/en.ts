export default {
  title: 'Members',
  description: 'Who sees this account. Owners also manage its keys, webhooks and members.',
  add: 'Add member',
  empty: 'No members yet',
  emptyText: 'Operators see every account; others see those that they are members of.',
  columns: { person: 'Person', role: 'Role' },
  you: 'you',
  form: { title: 'Add a member', email: 'E-mail', hint: 'Of a person who has an account here; operators make these.', role: 'Role', submit: 'Add member' },
  roleHints: { owner: 'Manages keys, webhooks and members', member: 'Sees everything, uses the playground' },
  roleOf: (who: string) => `Role of ${who}`,
  remove: { title: (who: string) => `Remove ${who}?`, text: 'The person no longer sees this account. Keys keep working.' },
}
