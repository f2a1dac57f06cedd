import shared from '../shared/locales/en.json'
import p from './locales/en.json'

export default { shared, p }
