// Every sample of every model's page, as the page shows it: node model_samples.mjs SAMPLES.MJS BASE, the models on stdin.
import { readFileSync } from 'node:fs'

const [samples, base] = process.argv.slice(2)
const { languages, sample } = await import(samples)
const made = []
for (const model of JSON.parse(readFileSync(0, 'utf8'))) {
  for (const body of [model.example, ...model.examples.map((example) => example.body)]) {
    for (const [language] of languages) {
      made.push({ model: model.id, language, text: sample(language, base, model.endpoint, body) })
    }
  }
}
console.log(JSON.stringify(made))
