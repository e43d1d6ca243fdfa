import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import App from './App.vue'
import { i18n } from './i18n'
import { useSession } from './lib/session'
import { complain } from './lib/tell'
import { fetchPage, makeRouter } from './router'
import './style.css'

const app = createApp(App)
app.use(createPinia()).use(i18n)
app.config.errorHandler = (why) => {
  complain(why)
  console.error(why)
}
window.addEventListener('unhandledrejection', (e) => complain(e.reason))
const router = makeRouter()
fetchPage(router) // while the server is asked who this is
useSession().start().catch(complain).finally(async () => {
  app.use(router)
  // Whoever goes on before the first page is there gets where they went: the router itself hears of it only afterwards.
  let gone = ''
  const note = () => (gone = location.hash.slice(1))
  window.addEventListener('popstate', note)
  await router.isReady().catch(() => undefined) // drawn once, with its page in it
  window.removeEventListener('popstate', note)
  if (gone) await router.push(gone).catch(() => undefined)
  app.mount('#app')
})
