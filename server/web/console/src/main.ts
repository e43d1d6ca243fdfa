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
  await router.isReady().catch(() => undefined) // drawn once, with its page in it
  app.mount('#app')
})
