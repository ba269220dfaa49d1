export default {
  title: 'Audit log',
  description: 'Every change made in the console, newest first. Rows are chained by hashes, so none can be altered unseen.',
  empty: 'Nothing happened yet',
  columns: { what: 'What', target: 'On', who: 'Who', account: 'Account', when: 'When' },
  nobody: 'The server',
  action: 'Action', actionPlaceholder: 'key.create',
  detail: { title: 'Change', address: 'From address', request: 'Request', before: 'Before', after: 'After', none: 'Nothing recorded' },
}
