import DefaultTheme from 'vitepress/theme-without-fonts'
import { h, markRaw } from 'vue'
import Layout from './Layout.vue'
import ModelList from './ModelList.vue'
import ModelPage from './ModelPage.vue'
import { loadModels, modelPath } from './models.mjs'
import './style.css'

// The page of a model is no file of this build: it is made from the server's catalogue, so that a model which the
// operator has added yesterday has one too.
function modelRoute(router) {
  return async (href) => {
    const path = new URL(href, location.origin).pathname
    const id = modelPath(path)
    if (!id) return true
    const models = await loadModels()
    const model = models.find((one) => one.id === id)
    if (!model) return true // becomes "not found"
    router.route.path = path
    router.route.component = markRaw({ name: 'Model', render: () => h(ModelPage, { model, models }) })
    router.route.data = markRaw({
      title: model.id, description: model.summary, relativePath: `models/${id}.md`, filePath: `models/${id}.md`,
      headers: [], frontmatter: {}, params: {},
    })
    const target = location.hash && (() => document.getElementById(decodeURIComponent(location.hash.slice(1))))
    setTimeout(() => (target && target() ? target().scrollIntoView() : window.scrollTo(0, 0)))
    return false
  }
}

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app, router, siteData }) {
    app.provide('siteData', siteData)
    app.component('ModelList', ModelList)
    if (!import.meta.env.SSR) router.onBeforePageLoad = modelRoute(router)
  },
}
