import type { Texts } from '@/i18n'
import type en from './en'

export default {
  asTable: '以表格显示',
  asChart: '以图表显示',
  time: '时间',
  value: '数值',
} satisfies Texts<typeof en>
