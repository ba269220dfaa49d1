import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { languagesFor } from './languages'

const images = '/api/v1/images/generations'
const body = {
  model: 'm',
  prompt: 'it\'s a "moon" 月光 $HOME `ls` \\ \n    four    blanks #fail:503',
  n: 2,
  audio: false,
  image_urls: ['https://example.com/a.png?x=1&y=2'],
  tools: [{ type: 'web', depth: null }],
}
const request = { base: 'https://gateway.example.com', endpoint: images, body }
const print = (name: string) =>
  languagesFor(images)
    .find((one) => one.name === name)!
    .print(request)

describe('samples', () => {
  it('are there for every language, and for the SDK where it has a door', () => {
    expect(languagesFor(images).map(({ name }) => name)).toEqual(['curl', 'python', 'javascript', 'go', 'openai'])
    expect(languagesFor('/api/v1/videos/generations').map(({ name }) => name)).not.toContain('openai')
  })
  it('name the key by its variable and never hold one', () => {
    for (const { print: write } of languagesFor(images)) {
      expect(write(request)).toContain('DARKROOM_API_KEY')
      expect(write(request)).not.toMatch(/rk_(live|test)_/)
    }
  })
  it('send the very body, whatever is in the prompt: curl', () => {
    const shell = `curl() { for last; do :; done; printf %s "$last"; }\n${print('curl')}`
    const { stdout } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual(body)
  })
  it('send the very body: JavaScript', async () => {
    const sent: unknown[] = []
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
      ...parts: string[]
    ) => (...given: unknown[]) => Promise<void>
    const fetch = (_: string, { body: text }: { body: string }) => {
      sent.push(JSON.parse(text))
      return Promise.resolve({ json: () => ({}) })
    }
    await new AsyncFunction('fetch', 'process', 'console', print('javascript'))(fetch, { env: {} }, { log: () => {} })
    expect(sent).toEqual([body])
  })
  it('send the very body: Python, by hand and through the SDK', () => {
    const stub = `import sys, types, json, os
os.environ["DARKROOM_API_KEY"] = "k"
class Answer:
    data = [types.SimpleNamespace(url="u")]
    def json(self): return {}
def post(url, headers, json, timeout): sent.append(json); return Answer()
def generate(extra_body, **named): sent.append({**named, **extra_body}); return Answer()
sent = []
sys.modules["requests"] = types.SimpleNamespace(post=post)
client = types.SimpleNamespace(images=types.SimpleNamespace(generate=generate))
sys.modules["openai"] = types.SimpleNamespace(OpenAI=lambda base_url, api_key: client)
`
    for (const name of ['python', 'openai']) {
      const { stdout, stderr } = spawnSync('python3', ['-c', `${stub}${print(name)}\nprint(json.dumps(sent))`], {
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual([body])
    }
  })
})
