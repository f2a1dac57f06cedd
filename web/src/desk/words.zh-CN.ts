export { default as element } from 'element-plus/es/locale/lang/zh-cn.mjs'
import shared from '../shared/locales/zh-CN.json'
import { byRoom } from './rooms'
import shell from './locales/zh-CN.json'

const rooms = import.meta.glob<Record<string, unknown>>('../features/*/locales/zh-CN.json', { eager: true, import: 'default' })

export default { shared, shell, ...byRoom(rooms) }
