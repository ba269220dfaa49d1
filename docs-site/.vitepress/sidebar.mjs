// The guides. The live models come below them, see theme/models.mjs.
const page = (text, name) => ({ text, link: `/${name}` })

export const guides = [
  { text: 'Start', items: [page('Quickstart', 'quickstart'), page('Authentication', 'authentication')] },
  {
    text: 'Guides',
    items: [
      page('Tasks and waiting', 'tasks'),
      page('Webhooks', 'webhooks'),
      page('Credits and refunds', 'credits'),
      page('Rate limits', 'rate-limits'),
      page('Idempotency', 'idempotency'),
      page('Cancelling', 'cancelling'),
      page('Errors', 'errors'),
      page('OpenAI SDKs', 'openai'),
      page('The sandbox', 'sandbox'),
    ],
  },
  { text: 'Models', items: [page('All models', 'models')] },
  {
    text: 'Reference',
    items: [
      page('HTTP API', 'api'),
      { text: 'Interactive reference', link: '/reference', target: '_self' },
      page('Commands', 'commands'),
    ],
  },
  {
    text: 'Running darkroom',
    collapsed: true,
    items: [
      page('Operating', 'operating'),
      page('Configuration', 'configuration'),
      page('Security', 'security'),
      page('Compared with others', 'comparison'),
    ],
  },
  {
    text: 'Extending it',
    collapsed: true,
    items: [
      page('Extending', 'extending'),
      page('Model files', 'model-files'),
      page('Life of a task', 'life-of-a-task'),
      page('Task states', 'task-states'),
    ],
  },
]
