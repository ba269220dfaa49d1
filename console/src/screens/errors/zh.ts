import type { Texts } from '@/i18n'
import type en from './en'

export default {
  description: '失败的任务，按原因和位置分组。',
  period: '时间段',
  periods: { '1d': '今天', '7d': '7 天', '30d': '30 天' } as Record<string, string>,
  error: '错误',
  model: '模型',
  upstream: '上游',
  count: '任务数',
  first: '首次出现',
  last: '最近出现',
  samples: '示例',
  all: '全部任务',
  allOf: (code: string, count: string) => `${count}：错误 ${code} 的全部任务`,
  emptyTitle: '此时间段内没有失败',
  emptyText: '失败的任务按错误码在此分组。',
  page: (code: string) => `${code} 的含义`,
} satisfies Texts<typeof en>
