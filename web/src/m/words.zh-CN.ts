import shared from '../shared/locales/zh-CN.json'
import m from './locales/zh-CN.json'

export default { shared, m }
