import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '账户',
  description: '每个账户有自己的余额、密钥和任务，互不可见。',
  add: '创建账户',
  empty: '还没有账户',
  emptyText: '账户持有积分，其密钥消耗积分。',
  find: '按名称开头查找',
  columns: { name: '账户', id: '编号' },
  form: { title: '创建账户', name: '名称', hint: '建议使用字母、数字、点、连字符和下划线，便于出现在地址中。', submit: '创建账户' },
  grant: {
    action: '发放积分', title: (account) => `向 ${account} 发放积分`, amount: '积分', mode: '余额',
    submit: '发放', done: (amount, account) => `已向 ${account} 发放 ${amount} 积分`, hint: '1,000 积分等于 1 美元。',
  },
} satisfies Texts<typeof en>
