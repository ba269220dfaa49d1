export default {
  title: 'Profile',
  description: 'You, and where you are signed in.',
  about: 'About you', name: 'Name', email: 'E-mail', language: 'Language', asBrowser: 'As the browser',
  password: 'Password', passwordText: 'Changing it ends your other sessions.', current: 'Current password', next: 'New password',
  nextHint: 'At least 10 characters.', change: 'Change password', changed: 'Your password is changed',
  sessions: 'Sessions', sessionsText: 'Browsers in which you are signed in.',
  columns: { where: 'Browser', address: 'Address', seen: 'Last seen', began: 'Signed in' },
  thisOne: 'this one', end: 'End', unknown: 'Unknown browser',
}
