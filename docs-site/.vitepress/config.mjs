import { defineConfig } from 'vitepress'
import { codeClasses, writeCodeCss } from './code_classes.mjs'
import { liveSearch } from './live_search.mjs'
import { guides } from './sidebar.mjs'

// A translation is a folder of pages/ (zh/, …) and an entry of locales with its own nav and sidebar.
export default defineConfig({
  base: '/docs/',
  srcDir: '.stage',
  outDir: '.dist',
  cacheDir: '.cache',
  title: 'darkroom',
  description: 'A self-hosted gateway for generating images and films.',
  lang: 'en',
  cleanUrls: true,
  // Suppressing transitions would take a style element, which the security policy forbids.
  appearance: { disableTransition: false },
  metaChunk: true,
  vite: { plugins: [liveSearch()] },
  // Written by the server from the live catalogue, or outside this build.
  ignoreDeadLinks: [/^\/models(\/|$)/, /^\/reference$/],
  head: [['link', { rel: 'icon', href: '/docs/logo.svg', type: 'image/svg+xml' }]],
  buildEnd: ({ outDir }) => writeCodeCss(outDir),
  locales: { root: { label: 'English', lang: 'en' } },
  markdown: {
    codeTransformers: [codeClasses],
    // The usual pair is too faint on the grey of a block (WCAG AA).
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    attrs: { leftDelimiter: '{:', rightDelimiter: '}' }, // "{id}" in a heading is a path's
    // As the repository's host makes them, so that links of borrowed pages fit.
    anchor: { slugify: (text) => text.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, '').replaceAll(' ', '-') },
  },
  themeConfig: {
    logo: '/logo.svg',
    outline: [2, 3],
    sidebar: guides,
    nav: [
      { text: 'Quickstart', link: '/quickstart' },
      { text: 'Models', link: '/models' },
      { text: 'Errors', link: '/errors' },
      { text: 'API reference', link: '/reference', target: '_self' },
    ],
    search: { provider: 'local' },
    footer: { message: '<a href="/docs/licenses.txt" target="_self">Licences of what this site contains</a>' },
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
