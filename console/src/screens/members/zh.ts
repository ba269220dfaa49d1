import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '成员',
  description: '可以查看此账户的人。所有者还可以管理密钥、Webhook 和成员。',
  add: '添加成员',
  empty: '还没有成员',
  emptyText: '运维人员可以查看所有账户，其他人只能查看自己加入的账户。',
  columns: { person: '人员', role: '角色' },
  you: '您',
  form: { title: '添加成员', email: '邮箱', hint: '对方须已有账号，账号由运维人员创建。', role: '角色', submit: '添加成员' },
  roleHints: { owner: '管理密钥、Webhook 和成员', member: '查看全部内容，使用试验台' },
  roleOf: (who) => `${who} 的角色`,
  remove: { title: (who) => `移除 ${who}？`, text: '此人将无法再查看此账户，密钥不受影响。' },
} satisfies Texts<typeof en>
