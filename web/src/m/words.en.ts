import { status } from '../shared/locales/en.json'
import m from './locales/en.json'

// Of the shared words only those of the shared parts used here: the rest would travel over village lines for nothing.
export default { shared: { status }, m }
