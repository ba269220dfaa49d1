import type { Texts } from '@/i18n'
import type en from './en'

export default {
  description: '任务的生成结果，最新的在前。',
  emptyTitle: '这里还没有内容',
  emptyText: '任务生成图片或影片后，将立即显示在这里。',
  tryPlayground: '打开试验台',
  kind: '类型',
  kinds: { '': '全部', image: '图片', video: '影片' } as Record<string, string>,
  use: '使用这些设置',
  open: '打开任务',
  left: (time: string) => `剩余 ${time}`,
  expiring: (time: string) => `仅剩 ${time}`,
  item: (prompt, model, left) => `${prompt || model}，由 ${model} 生成${left === null ? '' : `，剩余 ${left}`}`,
  close: '关闭',
  next: '下一个',
  previous: '上一个',
  count: (count) => `显示 ${count} 项`,
  lookFurther: '继续往前查找',
} satisfies Texts<typeof en>
