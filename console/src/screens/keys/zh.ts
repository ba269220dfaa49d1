import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: 'API 密钥',
  description: '您的程序用密钥调用接口。密钥只显示一次，请像密码一样保管。',
  create: '创建密钥',
  empty: '还没有密钥',
  emptyText: '创建一个密钥，即可在自己的程序里调用 API。测试密钥不花钱，任务由沙箱处理。',
  columns: { name: '名称', key: '密钥', mode: '模式', limits: '限制', used: '最近使用', expires: '到期', status: '状态' },
  playgroundKey: '供试验台使用，没有密钥文本。',
  unnamed: '未命名',
  mint: {
    title: '创建 API 密钥', name: '名称', namePlaceholder: '生产环境后端', nameHint: '用于区分各个密钥。',
    mode: '模式', testHint: '任务由沙箱处理，消耗测试积分。', liveHint: '任务发往供应商，消耗积分。',
    expires: '到期', expiry: { never: '永不', day: '1 天后', week: '7 天后', month: '30 天后', quarter: '90 天后', year: '1 年后' },
    limits: '限制', models: '模型', modelsHint: '留空表示全部。', allModels: '全部模型',
    rate: '每分钟请求数', tasks: '同时进行的任务数', credits: '每月积分',
    allow: '允许的地址', allowHint: '地址或网段，例如 203.0.113.0/24，每行一个。留空表示不限。',
    submit: '创建密钥',
  },
  minted: {
    title: '您的新密钥', label: 'API 密钥', warning: '请立即复制。服务器只保存它的摘要，无法再次显示。',
    try: '试一试', done: '我已复制', playground: '在试验台中试用',
  },
  edit: { title: '名称和限制', submit: '保存' },
  roll: {
    action: '轮换', title: (name) => `轮换“${name}”`,
    text: '生成一个限制相同的新密钥。旧密钥在所选时间内继续有效，便于程序切换。',
    overlap: '旧密钥继续有效', submit: '生成新密钥',
    overlaps: { none: '立即失效', hour: '1 小时', day: '1 天', week: '7 天' },
  },
  revoke: {
    action: '吊销', title: (name) => `吊销“${name}”？`,
    text: '此后使用该密钥的请求会被拒绝，已开始的任务会继续。此操作无法撤销。', confirm: '吊销密钥',
  },
  models: (count) => `${count} 个模型`,
  perMinute: (count) => `${count} 次/分钟`,
  atOnce: (count) => `同时 ${count} 个`,
  perMonth: (credits) => `每月 ${credits} 积分`,
  addresses: (count) => `${count} 个地址`,
  showEnded: '显示已吊销和已过期的密钥',
} satisfies Texts<typeof en>
