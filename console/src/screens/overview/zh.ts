import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: '概览',
  serverText: '本服务器的全部账户。',
  steps: {
    title: '三步生成第一张图片', done: (count) => `已完成 ${count}/3`,
    key: '创建 API 密钥', keyText: '测试密钥不花钱，任务由沙箱处理。', keyAction: '创建密钥',
    playground: '在试验台试用模型', playgroundText: '写提示词，看价格，观察任务进展。', playgroundAction: '打开试验台',
    call: '从自己的代码调用 API', callText: '快速入门提供四种语言的示例；首次调用后此步自动完成。', callAction: '阅读快速入门',
    ticked: '已完成', open: '待完成',
  },
  balance: '余额', balanceHint: '积分', held: (credits) => `进行中的任务冻结 ${credits}`,
  tasks: '任务', tasksHint: '最近 7 天', spend: '消耗', spendHint: '最近 7 天的积分',
  success: '成功率', successHint: '已结束的任务', outputs: '产出', outputsHint: '图片和视频',
  typical: '通常耗时', typicalHint: '最近完成的任务', unfinished: '进行中', unfinishedHint: '等待或运行的任务',
  perDay: '每日任务', noTasks: '最近 7 天没有任务',
  dayTitle: (day, completed, failed) => `${day}：完成 ${completed}，失败 ${failed}`,
  completed: '完成', failed: '失败',
  health: '运行状况', waiting: '等待', running: '进行中', oldest: '最长等待', latency: '延迟中位数', upstreams: '上游',
  allWell: '所有上游正常', notWell: (count) => `${count} 个上游正在休息`,
  links: { tasks: '全部任务', queue: '打开队列', upstreams: '上游' },
} satisfies Texts<typeof en>
