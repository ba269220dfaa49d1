import type { Texts } from '@/i18n'
import type en from './en'

export default {
  description: '排队与运行中的任务，实时更新。',
  waiting: '排队',
  running: '运行中',
  atVendor: '在供应商处',
  atVendorHint: '运行中的一部分，定期查询',
  ended: '最近一分钟结束',
  oldest: '最长等待',
  chart: '最近几分钟的排队与运行数',
  byModel: '按模型',
  byUpstream: '各上游的并发',
  model: '模型',
  upstream: '上游',
  slots: '已用并发',
  slotsOf: (used: string, all: string) => `${used} / ${all}`,
  emptyTitle: '没有排队或运行中的任务',
  emptyText: '任务到来时将显示在这里。',
  connecting: '正在等待首份报告',
  seen: '实时',
  drain: '排空',
  drainTitle: (name) => `排空 ${name}？`,
  drainText: '恢复之前不再向它发送新调用。已在进行的会完成；只能由它处理的任务将等待。',
  resume: '恢复',
} satisfies Texts<typeof en>
