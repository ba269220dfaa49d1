// Nothing that asks a host other than this server: no fonts, proxy, telemetry or assistant.
const dark = localStorage.getItem('vitepress-theme-appearance')
Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  servers: [{ url: location.origin }],
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  darkMode: dark === 'dark' || (dark !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches),
  metaData: { title: 'API reference | darkroom' },
})
