import type { Texts } from '@/i18n'
import type en from './en'

export default {
  download: '下载',
  openFull: '查看原图',
  number: (number: number) => `结果 ${number}`,
  result: (number: number, prompt: string) => `结果 ${number}：${prompt}`,
} satisfies Texts<typeof en>
