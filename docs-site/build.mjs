// Builds the site into .dist: node build.mjs, in a copy of this folder with its packages installed. REPOSITORY
// (environment) is where docs/ and catalog/ are.
import { build } from 'vitepress'
import { stage } from './stage.mjs'
import { addReference } from './reference.mjs'
import { finish } from './finish.mjs'

const pages = stage(process.env.REPOSITORY, '.stage')
await build('.')
finish('.dist', pages)
addReference('.dist')
