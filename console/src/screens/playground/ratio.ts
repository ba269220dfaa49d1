// The shape of a ratio tile. Pure.

export interface Box {
  width: number
  height: number
}

// "16:9" or "1536x1024"; undefined for other words, such as "auto".
export function parseRatio(text: string): Box | undefined {
  const found = /^(\d{1,5})[:x](\d{1,5})$/.exec(text)
  if (!found) return undefined
  const [width, height] = [Number(found[1]), Number(found[2])]
  return width > 0 && height > 0 ? { width, height } : undefined
}

// Whether a choice between these is a choice of shapes. "auto" may be among them.
export function areRatios(values: readonly unknown[]): boolean {
  const shapes = values.filter((value) => typeof value === 'string' && parseRatio(value) !== undefined)
  return shapes.length >= 2 && shapes.length >= values.length - 2
}

// The largest rectangle of that ratio in a square of `side`, no side thinner than `least`.
export function fitRatio({ width, height }: Box, side: number, least: number): Box {
  const scale = side / Math.max(width, height)
  const fit = (length: number) => Math.max(least, Math.round(length * scale))
  return { width: fit(width), height: fit(height) }
}
