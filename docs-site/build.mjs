// Builds the site: node build.mjs OUT, from a copy of this folder in build/site/work with its packages installed.
// REPOSITORY (environment) is where docs/ and catalog/ are. OUT gets site.bin and site_files.cpp, see pack.mjs.
import { build } from 'vitepress'
import { stage } from './stage.mjs'
import { addReference } from './reference.mjs'
import { finish } from './finish.mjs'
import { pack } from './pack.mjs'

const out = process.argv[2]
const pages = stage(process.env.REPOSITORY, '.stage')
await build('.')
finish('.dist', pages)
addReference('.dist')
pack('.dist', out)
