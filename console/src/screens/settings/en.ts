export default {
  title: 'Settings',
  description: 'The configuration that this server runs with. Change it in its file or environment; secrets are not shown.',
  find: 'Find a setting',
  columns: { key: 'Setting', value: 'Value', source: 'From' },
  general: 'General',
  empty: 'No setting is named so',
}
