// Pictures from this machine that go with the next request, by the field they belong to. They are in no address and in
// no body; a request that has some is sent as a form.

export interface Upload {
  id: number
  file: File
}
export type Uploads = Record<string, Upload[]>

// What the server takes as files, and the name of the part.
export const uploadParts: Record<string, string> = { image_urls: 'image', mask_url: 'mask' }
export const mostUploadBytes = 20 * 1024 * 1024

let lastId = 0
export const makeUpload = (file: File): Upload => ({ id: ++lastId, file })

export function withUploads(body: Record<string, unknown>, uploads: Uploads): Record<string, unknown> | FormData {
  const parts = Object.entries(uploads).flatMap(([field, list]) =>
    list.map(({ file }) => ({ part: uploadParts[field]!, file })),
  )
  if (parts.length === 0) return body
  const form = new FormData()
  form.append('request', JSON.stringify(body))
  for (const { part, file } of parts) form.append(part, file, file.name)
  return form
}
