import type { Texts } from '@/i18n'
import type en from './en'

export default {
  email: '邮箱',
  password: '密码',
  name: '姓名',
  nameHint: '别人看到的名字，可以不填。',
  newPassword: '设置密码',
  passwordHint: '至少 10 个字符。',
  insecureTitle: '当前连接不安全',
  insecure: '浏览器只在 https、127.0.0.1 或 localhost 上保持登录。请从那里打开控制台，或在服务器前放置带证书的代理。',
  login: {
    title: '登录',
    submit: '登录',
    needsSetup: '这台服务器还没有运维人员。请打开它首次启动时打印的链接，该链接只能使用一次。',
    tooMany: (seconds) => `尝试次数过多，请在 ${seconds} 秒后重试。`,
  },
  setup: {
    title: '欢迎使用 darkroom',
    text: '创建第一个人员账号，它可以管理整台服务器。',
    submit: '创建并登录',
    noToken: '链接不完整。请按服务器打印的样子打开，包括 # 号后面的全部内容。',
  },
  invite: {
    title: '您收到了邀请',
    text: '设置密码即可进入。',
    submit: '设置密码并登录',
    noToken: '链接不完整。请按收到的样子打开，包括 # 号后面的全部内容。',
  },
} satisfies Texts<typeof en>
