import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import App from './App.vue'
import { i18n } from './i18n'
import { useSession } from './lib/session'
import { complain } from './lib/tell'
import { makeRouter } from './router'
import './style.css'

const app = createApp(App)
app.use(createPinia()).use(i18n)
app.config.errorHandler = (why) => {
  complain(why)
  console.error(why)
}
window.addEventListener('unhandledrejection', (e) => complain(e.reason))
const session = useSession()
session.start().catch(complain).finally(() => {
  app.use(makeRouter())
  app.mount('#app')
})
