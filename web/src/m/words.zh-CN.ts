import { status } from '../shared/locales/zh-CN.json'
import m from './locales/zh-CN.json'

// Of the shared words only those of the shared parts used here: the rest would travel over village lines for nothing.
export default { shared: { status }, m }
