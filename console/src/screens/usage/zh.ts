import type { Texts } from '@/i18n'
import type en from './en'

export default {
  description: '积分花在何处，以及每一笔变动。',
  serverDescription: '所有账户的积分花在何处。',
  views: { spend: '支出', ledger: '账本' },
  view: '视图',
  period: '时间段',
  periods: { '24h': '24 小时', '7d': '7 天', '30d': '30 天', '90d': '90 天' } as Record<string, string>,
  split: '分组',
  splits: { none: '合计', model: '按模型', key: '按密钥', upstream: '按上游', account: '按账户' } as Record<
    string,
    string
  >,
  measure: '显示',
  measures: { captured_microcredits: '积分', tasks: '任务', outputs: '结果', failed: '失败' } as Record<
    string,
    string
  >,
  spent: '已支出',
  refunded: '已退还',
  unsettled: '尚未结算',
  tasks: '任务',
  outputs: '结果',
  success: '成功率',
  ofEnded: (count: string) => `共 ${count} 个已结束`,
  heldOf: (credits: string) => `冻结 ${credits}`,
  chart: (measure: string, period: string) => `${period}内的${measure}`,
  others: '其他',
  unknown: '未命名',
  nothing: '此时间段内没有数据',
  nothingText: '请选择更长的时间段，或切换到另一种模式。',
  name: '名称',
  share: '占比',
  failed: '失败',
  total: '合计',
  table: '此时间段的合计',
  export: '导出 CSV',
  available: '可用',
  held: '为进行中的任务冻结',
  sum: '账本合计',
  now: '当前',
  balance: '余额',
  agrees: '账本合计与余额一致',
  disagrees: '账本合计与余额不一致',
  ledger: '账本',
  time: '时间',
  entry: '记录',
  task: '任务',
  amount: '金额',
  entries: { grant: '发放', hold: '冻结', capture: '扣除', release: '退还', upstream_loss: '上游损失' } as Record<
    string,
    string
  >,
  captured: (credits: string) => `从冻结额中支付 ${credits}`,
  emptyTitle: '还没有变动',
  emptyText: '发放的积分，以及任务的冻结、扣除与退还，都列在这里。',
} satisfies Texts<typeof en>
