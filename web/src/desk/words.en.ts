export { default as element } from 'element-plus/es/locale/lang/en.mjs'
import shared from '../shared/locales/en.json'
import { byRoom } from './rooms'
import shell from './locales/en.json'

const rooms = import.meta.glob<Record<string, unknown>>('../features/*/locales/en.json', { eager: true, import: 'default' })

export default { shared, shell, ...byRoom(rooms) }
