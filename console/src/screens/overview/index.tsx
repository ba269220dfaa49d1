import { useScope } from '@/scope'
import { AccountOverview } from './AccountOverview'
import { ServerOverview } from './ServerOverview'

export default function Overview() {
  return useScope().account === null ? <ServerOverview /> : <AccountOverview />
}
