import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '审计日志',
  description: '控制台中的每一次更改，最新的在前。各行以哈希相连，任何改动都会被发现。',
  empty: '还没有记录',
  columns: { what: '操作', target: '对象', who: '人员', account: '账户', when: '时间' },
  nobody: '服务器',
  action: '操作', actionPlaceholder: 'key.create',
  detail: { title: '更改', address: '来源地址', request: '请求', before: '之前', after: '之后', none: '没有记录内容' },
} satisfies Texts<typeof en>
