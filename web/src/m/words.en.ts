import shared from '../shared/locales/en.json'
import m from './locales/en.json'

export default { shared, m }
