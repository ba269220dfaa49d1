export default {
  description: 'What your tasks made, newest first.',
  emptyTitle: 'Nothing here yet',
  emptyText: 'Pictures and films appear here as soon as a task has made some.',
  tryPlayground: 'Open the playground',
  kind: 'Kind',
  kinds: { '': 'Everything', image: 'Pictures', video: 'Films' } as Record<string, string>,
  use: 'Use these settings',
  open: 'Open as task',
  left: (time: string) => `${time} left`,
  expiring: (time: string) => `Only ${time} left`,
  item: (prompt: string, model: string, left: string | null) =>
    `${prompt || model}, made by ${model}${left === null ? '' : `, ${left} left`}`,
  close: 'Close',
  next: 'Next',
  previous: 'Previous',
  count: (count: string) => (count === '1' ? '1 result shown' : `${count} results shown`),
  lookFurther: 'Look further back',
}
