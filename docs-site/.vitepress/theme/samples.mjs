// The same request in four languages, and for OpenAI's SDK, ready to run: the key comes from DARKROOM_API_KEY. The site
// and the console show these, and the tests run every one.

export const languages = [['curl', 'curl', 'bash'], ['python', 'Python', 'python'], ['javascript', 'JavaScript', 'js'], ['go', 'Go', 'go']]

const indent = (text, by) => text.replace(/\n/g, '\n' + ' '.repeat(by))
// Another step of indentation than four blanks; those within a line are a text's own.
const repad = (text, step) => text.replace(/^( {4})+/gm, (pad) => step.repeat(pad.length / 4))

function curl(url, body) {
  const text = indent(JSON.stringify(body, null, 2), 2).replaceAll("'", "'\\''")
  return `curl ${url} \\
  -H "Authorization: Bearer $DARKROOM_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${text}'`
}

function pythonValue(value, depth = 0) {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  return nested(value, depth, (key) => `${JSON.stringify(key)}: `, pythonValue, ['{', '}'], ['[', ']'])
}

function javascriptValue(value, depth = 0) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const key = (name) => (/^[A-Za-z_]\w*$/.test(name) ? `${name}: ` : `${JSON.stringify(name)}: `)
  return nested(value, depth, key, javascriptValue, ['{', '}'], ['[', ']'])
}

function goValue(value, depth = 0) {
  if (value === null) return 'nil'
  if (typeof value !== 'object') return JSON.stringify(value)
  return nested(value, depth, (key) => `${JSON.stringify(key)}: `, goValue, ['map[string]any{', '}'], ['[]any{', '}'])
}

function nested(value, depth, key, print, [open, close], [first, last]) {
  const list = Array.isArray(value)
  const lines = list ? value.map((one) => print(one, depth + 1))
    : Object.entries(value).map(([name, one]) => key(name) + print(one, depth + 1))
  const pad = '    '.repeat(depth + 1)
  return `${list ? first : open}\n${lines.map((line) => `${pad}${line},\n`).join('')}${'    '.repeat(depth)}${list ? last : close}`
}

function python(url, body) {
  return `import os
import requests

response = requests.post(
    "${url}",
    headers={"Authorization": f"Bearer {os.environ['DARKROOM_API_KEY']}"},
    json=${indent(pythonValue(body), 4)},
    timeout=30,
)
print(response.json())`
}

function javascript(url, body) {
  return `const response = await fetch("${url}", {
  method: "POST",
  headers: {
    Authorization: \`Bearer \${process.env.DARKROOM_API_KEY}\`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify(${indent(repad(javascriptValue(body), '  '), 2)}),
});
console.log(await response.json());`
}

function go(url, body) {
  return repad(`package main

import (
    "bytes"
    "encoding/json"
    "fmt"
    "io"
    "log"
    "net/http"
    "os"
)

func main() {
    body, err := json.Marshal(${indent(goValue(body), 4)})
    if err != nil {
        log.Fatal(err)
    }
    request, err := http.NewRequest("POST", "${url}", bytes.NewReader(body))
    if err != nil {
        log.Fatal(err)
    }
    request.Header.Set("Authorization", "Bearer "+os.Getenv("DARKROOM_API_KEY"))
    request.Header.Set("Content-Type", "application/json")
    response, err := http.DefaultClient.Do(request)
    if err != nil {
        log.Fatal(err)
    }
    defer response.Body.Close()
    text, err := io.ReadAll(response.Body)
    if err != nil {
        log.Fatal(err)
    }
    fmt.Println(string(text))
}`, '\t')
}

// What the SDK's method has as arguments of its own; the rest of a body goes beside them.
const openaiArguments = ['model', 'prompt', 'n', 'size']

// Of pictures, since that is what the SDK's door makes.
export function openaiSample(base, body) {
  const entries = Object.entries(body)
  const named = entries.filter(([name]) => openaiArguments.includes(name))
    .map(([name, value]) => `    ${name}=${indent(pythonValue(value), 4)},\n`).join('')
  const others = Object.fromEntries(entries.filter(([name]) => !openaiArguments.includes(name)))
  const more = Object.keys(others).length > 0 ? `    extra_body=${indent(pythonValue(others), 4)},\n` : ''
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key=os.environ["DARKROOM_API_KEY"])
result = client.images.generate(
${named}${more})
print(result.data[0].url)`
}

const writers = { curl, python, javascript, go }

export const sample = (language, base, endpoint, body) => writers[language](base + endpoint, body)

// Enough of each language's words for a page: [class, text] pieces. Nothing is executed or inserted as markup.
const words = /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)|((?:^|\s)#.*$|\/\/.*$)|\b(import|package|func|const|await|new|return|if|err|map|string|any|True|False|None|true|false|null|nil|from|print|curl)\b|\b(\d+(?:\.\d+)?)\b/gm
const quoted = /("(?:[^"\\]|\\.)*")(\s*:)?|(^curl|\s-[A-Za-z])\b|(?<=[\s:[])(true|false|null|\d+(?:\.\d+)?)(?=[,\s\]}])/gm

export function highlight(language, text) {
  const shell = language === 'curl'
  const pieces = []
  let from = 0
  for (const found of text.matchAll(shell ? quoted : words)) {
    const kind = shell ? (found[1] ? (found[2] ? 'n' : 's') : found[3] ? 'k' : 'd')
      : found[1] ? 's' : found[2] ? 'c' : found[3] ? 'k' : 'd'
    if (found.index > from) pieces.push(['', text.slice(from, found.index)])
    pieces.push([`x-${kind}`, found[0]])
    from = found.index + found[0].length
  }
  pieces.push(['', text.slice(from)])
  return pieces
}
