export default {
  download: 'Download',
  openFull: 'Open in full size',
  number: (number: number) => `result ${number}`,
  result: (number: number, prompt: string) => `Result ${number}: ${prompt}`,
}
