import { createContext, use } from 'react'
import { type Upload, type Uploads, uploadParts } from './upload_parts'

interface UploadState {
  uploads: Uploads
  setUploads: (field: string, uploads: Upload[]) => void
}

// The form's fields are drawn by RJSF, which knows nothing of files.
const UploadContext = createContext<UploadState>({ uploads: {}, setUploads: () => {} })
export const UploadProvider = UploadContext

export function useUploads(field: string) {
  const { uploads, setUploads } = use(UploadContext)
  return {
    canUpload: field in uploadParts,
    uploads: uploads[field] ?? [],
    setUploads: (next: Upload[]) => setUploads(field, next),
  }
}
