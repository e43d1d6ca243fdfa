// The sizes that the branch's screens really have, asked for once a session, and which picture of an item each of them shows.
import { api, must, type ItemDetail } from '../api/client'
import { useSession } from './session'

export const shapeNames = ['landscape', 'portrait', 'strip'] as const
export type Shape = (typeof shapeNames)[number]
/** `screens` 0: nobody has told this size, it stands for a shape. */
export interface Size { width: number; height: number; shape: Shape; screens: number; example: string }
export type Rendition = ItemDetail['renditions'][number]

/** What is shown until a screen has told its own size. */
export const standard: Size[] = ([[1920, 1080, 'landscape'], [1080, 1920, 'portrait'], [1920, 480, 'strip']] as const)
  .map(([width, height, shape]) => ({ width, height, shape, screens: 0, example: '' }))

/** As the server and the screens count (shared/layout): a strip from 3:1 on, portrait when higher than wide. */
export const shapeOf = (width: number, height: number): Shape => (width >= 3 * height ? 'strip' : width < height ? 'portrait' : 'landscape')
/** "portrait-1080p": made of the variant for portrait screens; a profile without a shape is the item's own picture. */
export const shapeOfProfile = (profile: string) => shapeNames.find((s) => profile.startsWith(s + '-'))

let asked: Promise<Size[]> | null = null
let askedBy = ''
/** The size that most screens have comes first. Without an answer it is asked for again next time. */
export function screenSizes(): Promise<Size[]> {
  const who = useSession().me?.account ?? ''
  if (!asked || askedBy !== who) {
    askedBy = who
    const mine = must(api.GET('/v1/shapes')).then((a) => (a.shapes.length ? a.shapes : standard)).catch(() => {
      if (asked === mine) asked = null
      return standard
    })
    asked = mine
  }
  return asked
}
/** For tests: forgets that they were asked for. */
export const resetSizes = () => void (asked = null)

const LEAST = 64
const MOST = 1920 // what POST /v1/preview draws
const AREA = 1280 * 720 // more is no better to look at, and slower to draw while somebody types
/** A surface of this aspect, as large as is useful to look at. */
export function drawnAt({ width, height }: { width: number; height: number }): [number, number] {
  const scale = Math.min(1, MOST / Math.max(width, height), Math.sqrt(AREA / (width * height)))
  const side = (n: number) => Math.min(MOST, Math.max(LEAST, Math.round(n * scale)))
  return [side(width), side(height)]
}

/** The picture that a screen of this shape shows (player/agent/core/catalogue.hpp): its shape's variant, else the item's own, else another
    variant. Of its sizes the one that a browser plays with least effort. */
export function renditionFor(renditions: Rendition[], shape: Shape): Rendition | undefined {
  const rank = (r: Rendition) => {
    const of = shapeOfProfile(r.profile)
    const plain = of ? r.profile.slice(of.length + 1) : r.profile
    return (!of ? 1 : of === shape ? 0 : 2) * 10 + (plain === '720p' ? 0 : plain === 'audio' ? 1 : plain === 'original' ? 3 : 2)
  }
  return [...renditions].sort((a, b) => rank(a) - rank(b))[0]
}
/** The shape of the item's own picture, once it has been examined. */
export function ownShape(renditions: Rendition[]): Shape | undefined {
  const own = renditions.find((r) => r.width > 0 && !shapeOfProfile(r.profile))
  return own && shapeOf(own.width, own.height)
}
