import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '用户',
  description: '可以登录控制台的所有人。',
  add: '邀请用户',
  columns: { person: '人员', accounts: '账户', status: '状态', login: '最近登录', created: '创建时间' },
  operator: '运维',
  form: {
    title: '邀请用户', email: '邮箱', name: '姓名', operator: '运维', operatorHint: '可以查看和更改服务器上的一切。',
    submit: '生成邀请',
  },
  invite: {
    title: '邀请', label: '邀请链接', action: '重新邀请',
    text: (email) => `请把此链接发给 ${email}。对方用它设置密码；链接只能使用一次，24 小时内有效。`,
    warning: '谁先打开链接，谁就能进入。链接无法再次显示。', done: '我已复制',
  },
  makeOperator: '设为运维',
  takeOperator: '取消运维权限',
  disable: { action: '停用', title: (who) => `停用 ${who}？`, text: '此人的所有会话立即结束，重新启用之前无法登录。' },
  enable: '启用',
} satisfies Texts<typeof en>
