// The typed client of the API (schema.d.ts is made from server/openapi/openapi.yaml), and what the console does about failures.
import createClient from 'openapi-fetch'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type Item = Schemas['Item']
export type ItemDetail = Schemas['ItemDetail']
export type Screen = Schemas['Screen']
export type Site = Schemas['Site']
export type Unit = Schemas['Unit']
export type Account = Schemas['Account']
export type Role = Schemas['Role']
export type Me = Schemas['Me']
export type Titles = Schemas['Titles']

/** A failure in the catalogue's words (problem+json), or `unreachable` when there was no answer at all. */
export class Problem extends Error {
  constructor(readonly code: string, readonly zh: string, readonly en: string, readonly status = 0, readonly instance = '',
              readonly params: Record<string, string> = {}) {
    super(en)
  }
  text(lang: string): string {
    return lang === 'en' ? this.en : this.zh
  }
}

export const unreachable = () =>
  new Problem('unreachable', '连不上服务器，请检查网络；填写的内容还在，恢复后再试一次。',
    'The server cannot be reached; check the network. What you typed is still here: try again afterwards.')

export function problemOf(body: unknown, status: number): Problem {
  const p = body as Partial<Schemas['Problem']> | undefined
  if (p && typeof p === 'object' && p.code && p.zh && p.en) {
    return new Problem(p.code, p.zh, p.en, status, p.instance ?? '', (p.params ?? {}) as Record<string, string>)
  }
  return new Problem('internal', `服务器没有给出可读的回答（${status}），请重试。`, `The server's answer could not be read (${status}); try again.`, status)
}

/** What the session gives the client: the page's token, the language, and a way to ask for the password again. */
export const hooks = {
  csrf: '',
  language: 'zh',
  /** Resolves once somebody has logged in again; rejects when they would not. */
  askLogin: async (): Promise<void> => { throw unreachable() },
}

function dressed(request: Request): Request {
  const headers = new Headers(request.headers)
  headers.set('Accept-Language', hooks.language)
  if (!['GET', 'HEAD'].includes(request.method) && hooks.csrf) headers.set('X-CSRF-Token', hooks.csrf)
  return new Request(request, { headers })
}

/** What public/early.js asked for while the programs were still on their way: each answer serves once, a refusal to a guess not at all. */
function early(request: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(request.url, location.href)
  const asked = (globalThis as { asked?: Record<string, Promise<Response>> }).asked
  const answer = request.method === 'GET' ? asked?.[pathname + search] : undefined
  if (!answer) return undefined
  delete asked![pathname + search]
  const anew = () => fetch(dressed(request.clone() as Request))
  return answer.then((a) => (a.ok || pathname === '/v1/session' ? a : anew()), anew)
}

/** fetch that survives the end of a session: it asks for the password over the page, and then sends the very same request. */
export async function patientFetch(request: Request): Promise<Response> {
  const isLogin = new URL(request.url, location.href).pathname === '/v1/session'
  for (let attempt = 0; ; attempt++) {
    let answer: Response
    try {
      answer = await (early(request) ?? fetch(dressed(request.clone() as Request)))
    } catch {
      throw unreachable()
    }
    if (attempt > 0 || isLogin) return answer
    if (answer.status === 401 && (await codeOf(answer)) === 'unauthenticated') await hooks.askLogin()
    else return answer
  }
}

async function codeOf(answer: Response): Promise<string> {
  try {
    return (await answer.clone().json()).code
  } catch {
    return ''
  }
}

export const api = createClient<paths>({ baseUrl: typeof location === 'undefined' ? 'http://localhost/' : location.origin + '/', fetch: patientFetch })

/** The data of an answer, or the Problem thrown. */
export async function must<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer
  if (!response.ok) throw problemOf(error, response.status)
  return data as T
}

/** Bytes for which the client has no type: pictures, envelopes, packages. */
export async function fetchBytes(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await patientFetch(new Request(new URL(path, location.origin), init))
  if (!answer.ok) throw problemOf(await answer.json().catch(() => undefined), answer.status)
  return answer
}

/** The payload of a signed envelope, unverified: for showing only. Screens and fz-approve verify. */
export function payloadOf(envelope: { payload: string }): any {
  const bytes = Uint8Array.from(atob(envelope.payload), (c) => c.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes))
}
