import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '个人资料',
  description: '您的信息和登录情况。',
  about: '关于您', name: '姓名', email: '邮箱', language: '语言', asBrowser: '跟随浏览器',
  password: '密码', passwordText: '更改密码会结束您的其他会话。', current: '当前密码', next: '新密码',
  nextHint: '至少 10 个字符。', change: '更改密码', changed: '密码已更改',
  sessions: '会话', sessionsText: '您已登录的浏览器。',
  columns: { where: '浏览器', address: '地址', seen: '最近活动', began: '登录时间' },
  thisOne: '当前', end: '结束', unknown: '未知浏览器',
} satisfies Texts<typeof en>
