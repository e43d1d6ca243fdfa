// The vocabulary of tags: kind of fraud, method or case, audience, law. Read once; the words come in both languages.
import { defineStore } from 'pinia'
import { api, must, type Schemas } from '../api/client'
import { useSession } from './session'

export type TagGroup = Schemas['Tags']['groups'][number]
type Tag = TagGroup['tags'][number]
let asked: Promise<void> | null = null

export const useTags = defineStore('tags', {
  state: () => ({ groups: [] as TagGroup[] }),
  getters: {
    /** What people may choose as tags: kind of fraud, method or case have fields of their own. */
    free: (s) => s.groups.filter((g) => g.group === 'audience' || g.group === 'law'),
    byId: (s) => new Map<string, Tag>(s.groups.flatMap((g) => g.tags).map((t) => [t.id, t])),
  },
  actions: {
    load(): Promise<void> {
      asked ??= must(api.GET('/v1/tags')).then((a) => void (this.groups = a.groups)).catch((why) => {
        asked = null
        throw why
      })
      return asked
    },
    name(tag: { id: string; zh: string; en: string }): string {
      return useSession().language === 'en' ? tag.en : tag.zh
    },
    nameOf(id: string): string {
      const t = this.byId.get(id)
      return t ? this.name(t) : id
    },
  },
})
/** For tests: forgets that the vocabulary was asked for. */
export const resetTags = () => void (asked = null)
