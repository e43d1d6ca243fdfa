// Hash routing: the server knows files and the API, and no page of the console.
import { createRouter, createWebHashHistory, type Router, type RouteRecordRaw } from 'vue-router'
import type { Role } from './api/client'
import { i18n } from './i18n'
import { useSession } from './lib/session'

declare module 'vue-router' {
  interface RouteMeta { title: string; roles?: Role[]; bare?: boolean; menu?: string }
}

const pages: RouteRecordRaw[] = [
  { path: '/login', component: () => import('./views/Login.vue'), meta: { title: 'login.title', bare: true } },
  { path: '/password', component: () => import('./views/Password.vue'), meta: { title: 'password.title', bare: true } },
  { path: '/second-factor', component: () => import('./views/SecondFactor.vue'), meta: { title: 'factor.title', bare: true } },
  { path: '/', component: () => import('./views/Start.vue'), meta: { title: 'nav.start', menu: 'House' } },
  { path: '/library', component: () => import('./views/Library.vue'), meta: { title: 'nav.library', menu: 'Files' } },
  { path: '/write', component: () => import('./views/Write.vue'), meta: { title: 'write.title', roles: ['contributor'] } },
  { path: '/items/:id', component: () => import('./views/ItemPage.vue'), meta: { title: 'item.title' } },
  { path: '/review', component: () => import('./views/Review.vue'), meta: { title: 'nav.review', menu: 'Checked', roles: ['reviewer', 'contributor', 'administrator', 'publisher'] } },
  { path: '/playlist', component: () => import('./views/Playlist.vue'), meta: { title: 'nav.playlist', menu: 'Calendar', roles: ['publisher', 'administrator', 'inspect', 'operate'] } },
  { path: '/playlist/:id', component: () => import('./views/CampaignPage.vue'), meta: { title: 'campaign.title', roles: ['publisher', 'administrator', 'inspect'] } },
  { path: '/air', component: () => import('./views/Air.vue'), meta: { title: 'nav.air', menu: 'Monitor' } },
  { path: '/screens/:id', component: () => import('./views/ScreenPage.vue'), meta: { title: 'screen.title' } },
  { path: '/takedown', component: () => import('./views/TakeDown.vue'), meta: { title: 'nav.takedown', menu: 'WarnTriangleFilled' } },
  { path: '/alerts', component: () => import('./views/Alerts.vue'), meta: { title: 'nav.alerts', menu: 'Bell', roles: ['duty', 'publisher', 'operate', 'inspect', 'administrator'] } },
  { path: '/alerts/:id', component: () => import('./views/AlertPage.vue'), meta: { title: 'alerts.one' } },
  { path: '/plays', component: () => import('./views/Plays.vue'), meta: { title: 'nav.plays', menu: 'DataLine' } },
  { path: '/admin', component: () => import('./views/Admin.vue'), meta: { title: 'nav.admin', menu: 'Setting', roles: ['administrator', 'inspect', 'security', 'auditor'] } },
  { path: '/setup', component: () => import('./views/Setup.vue'), meta: { title: 'setup.title', roles: ['administrator'] } },
  { path: '/sessions', component: () => import('./views/Sessions.vue'), meta: { title: 'sessions.title' } },
  { path: '/print/:what/:id?', component: () => import('./views/Print.vue'), meta: { title: 'print.title', bare: true } },
  { path: '/help', component: () => import('./views/Help.vue'), meta: { title: 'nav.help', menu: 'QuestionFilled' } },
  { path: '/:rest(.*)', redirect: '/' },
]

/** What stands in the menu for these roles. */
export function menuFor(has: (...roles: Role[]) => boolean) {
  return pages.filter((p) => p.meta?.menu && (!p.meta.roles || has(...p.meta.roles)))
}

/** The files of the page that the address names, ahead of the question whether it may be seen. */
export function fetchPage(router: Router, path = location.hash.slice(1) || '/') {
  for (const { components } of router.resolve(path).matched) {
    const page = components?.default
    if (typeof page === 'function') (page as () => Promise<unknown>)().catch(() => undefined) // the router asks again, and says why not
  }
}

export function makeRouter() {
  const router = createRouter({ history: createWebHashHistory(), routes: pages, scrollBehavior: (_to, from, saved) => saved ?? (from.matched.length ? { top: 0 } : false) })
  router.beforeEach((to) => {
    const session = useSession()
    if (to.path === '/login') return session.me && !session.owes ? '/' : true
    if (!session.me) return { path: '/login', query: to.path === '/' ? {} : { next: to.fullPath } }
    if (session.owes && to.path !== session.owes) return session.owes
    if (to.meta.roles && !session.has(...to.meta.roles)) return '/'
    return true
  })
  router.afterEach((to, from) => {
    document.title = `${i18n.global.t(to.meta.title)} · ${i18n.global.t('app.name')}`
    // Who reads with ears begins at the page's heading, not at the menu they just left.
    if (from.matched.length && to.path !== from.path) setTimeout(() => document.querySelector<HTMLElement>('main h1')?.focus(), 60)
  })
  return router
}
