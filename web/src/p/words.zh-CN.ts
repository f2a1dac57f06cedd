import shared from '../shared/locales/zh-CN.json'
import p from './locales/zh-CN.json'

export default { shared, p }
