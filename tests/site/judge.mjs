// What axe-core finds on a page that is serious, as text: its rule, the element, why. Shared by the tests of the documentation
// and of the console. axe: its source; it is run in the page's own world, since the policy forbids it as a script of the page.
export async function judge(page, axe) {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] })
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`))
  })
}
