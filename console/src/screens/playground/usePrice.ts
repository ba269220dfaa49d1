// The price of the request as it stands, asked of the server by a dry run once the form has been quiet for a moment.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { call, type ApiError } from '@/api/client'
import type { Book, ModelCard, PlaygroundView, PricedRequest } from '@/api/types'
import type { Schema } from './schema'
import { type Uploads, withUploads } from './upload_parts'
import { type Body, defaultsOf, prune } from './url_body'

const quietMilliseconds = 250

// A price does not depend on the words of the prompt, so typing does not ask again.
const priced = (body: Body): Body =>
  typeof body.prompt === 'string' && body.prompt !== '' ? { ...body, prompt: 'x' } : body

// What the page was opened with has its price already.
interface KnownPrice {
  request: string
  price: PricedRequest
}

export function knownPrice(model: ModelCard, { model: id, request, price }: PlaygroundView): KnownPrice | undefined {
  if (!price || id !== model.id) return undefined
  const schema = model.schema as Schema
  const body = { model: id, ...prune({ ...defaultsOf(schema), ...request }, schema) }
  return { request: JSON.stringify(priced(body)), price }
}

export function usePrice(
  api: string,
  book: Book,
  body: Body,
  uploads: Uploads,
  enabled: boolean,
  known: KnownPrice | undefined,
) {
  const wanted = JSON.stringify(priced(body))
  const pictures = Object.values(uploads).flat()
  const mark = pictures.map(({ id }) => id).join()
  const [asked] = useDebouncedValue(`${wanted} ${mark}`, quietMilliseconds)
  return useQuery<PricedRequest, ApiError>({
    queryKey: ['price', api, book, wanted, mark],
    queryFn: ({ signal }) =>
      call<PricedRequest>('POST', `${api}/playground`, {
        query: { book },
        signal,
        body: withUploads({ ...(JSON.parse(wanted) as Body), dry_run: true }, uploads),
      }),
    initialData: known?.request === wanted && mark === '' ? known.price : undefined,
    enabled: enabled && asked === `${wanted} ${mark}`,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  })
}
