// Lets the search box find the live catalogue's models, which are no files of this build: when the box is opened for the
// first time, theme/search_index.mjs adds them to VitePress's index of the guides.
import { fileURLToPath } from 'node:url'

const index = '@localSearchIndex'
const extended = fileURLToPath(new URL('theme/search_index.mjs', import.meta.url))

export const liveSearch = () => ({
  name: 'live-search',
  transform: (_, id) => (id === `/${index}` ? `
import { withModels } from ${JSON.stringify(extended)}
export default { root: async () => ({ default: await withModels((await import('${index}root')).default) }) }` : undefined),
})
