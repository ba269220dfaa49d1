import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '设置',
  description: '服务器当前使用的配置。请在配置文件或环境变量中修改；机密不会显示。',
  find: '查找设置',
  columns: { key: '设置', value: '值', source: '来源' },
  general: '常规',
  empty: '没有这样的设置',
} satisfies Texts<typeof en>
