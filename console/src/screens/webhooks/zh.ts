import type { Texts } from '@/i18n'
import type en from './en'

export default {
  title: 'Webhook',
  description: '任务结束时，服务器会通知您的端点，每条消息都有签名。',
  add: '添加端点',
  empty: '还没有端点',
  emptyText: '添加一个 https 地址，任务结束时它会收到通知，无需反复查询。',
  columns: { url: '端点', events: '事件', last: '最近投递', status: '状态' },
  defaultEndpoint: '用于单个任务给出的地址',
  defaultText: '为发往单个任务 callback_url 的消息签名。',
  form: {
    title: '添加端点', editTitle: '编辑端点', url: '地址', urlHint: 'https，且服务器可以访问。',
    events: '事件', submit: '添加端点',
  },
  eventNames: { 'task.completed': '任务完成', 'task.failed': '任务失败', 'task.cancelled': '任务取消' } as Record<string, string>,
  created: '创建时间',
  secret: {
    title: '签名密钥', label: '签名密钥',
    warning: '请立即复制，之后无法再次显示。您的端点用它校验签名。',
    hint: '仅在创建端点或更换密钥时显示一次。',
    rotate: '更换密钥', rotateTitle: '更换签名密钥',
    rotateText: '在所选时间内，消息同时带有新旧两个密钥的签名。',
    overlap: '旧密钥继续签名', done: '我已复制',
    overlaps: { none: '立即失效', hour: '1 小时', day: '1 天', week: '7 天' },
  },
  edit: '编辑',
  enable: '启用',
  disable: { action: '停用', title: '停用此端点？', text: '停用期间收不到任何通知，等待中的消息会被丢弃。' },
  remove: { title: '移除此端点？', text: '它不再收到通知，投递记录也一并删除。' },
  test: { action: '发送测试', delivered: (status) => `端点返回了 ${status}。`, failed: (why) => `未送达：${why}` },
  deliveries: {
    title: '投递记录', empty: '还没有发送过', emptyText: '任务结束或发送测试后，消息会显示在这里。',
    event: '事件', task: '任务', status: '状态', attempts: '次数', at: '创建时间', resend: '重新发送', resent: '已重新发送',
    next: '下次尝试', response: '响应', noAnswer: '没有响应', noAttempt: '尚未尝试', detail: '投递',
  },
} satisfies Texts<typeof en>
