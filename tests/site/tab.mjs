// One tab of a browser, and what went wrong in it since it was last asked: errors of the page and of its scripts, refused
// answers, and every request that leaves the server. Shared by the tests of the documentation and of the console.
export class Tab {
  static async open(context, base) {
    const tab = new Tab()
    const page = tab.page = await context.newPage()
    tab.problems = []
    page.on('console', (message) => { if (message.type() === 'error') tab.problems.push(message.text()) })
    page.on('pageerror', (error) => tab.problems.push(String(error)))
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(`${base}/`) && !url.startsWith('data:') && !url.startsWith('blob:')) tab.problems.push(`asks ${url}`)
    })
    page.on('response', (answer) => { if (answer.status() >= 400) tab.problems.push(`${answer.status()} ${answer.url()}`) })
    return tab
  }
  wait(selector) { return this.page.waitForSelector(selector, { state: 'attached' }) }
  // How far the page is wider than the window.
  overflow() { return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) }
  takeProblems() {
    const taken = this.problems
    this.problems = []
    return taken
  }
}
