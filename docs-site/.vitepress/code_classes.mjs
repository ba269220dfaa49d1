// Colours of code as classes instead of style attributes, which the site's security policy forbids and which would be
// most of a page's bytes. The stylesheet is written when all pages have been made.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformerStyleToClass } from '@shikijs/transformers'

const toClass = transformerStyleToClass({ classPrefix: 'c-' })

export const codeClasses = toClass
export const writeCodeCss = (folder) => writeFileSync(join(folder, 'code.css'), toClass.getCSS())
