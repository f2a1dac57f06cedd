import { codeLabel } from '@/shared/i18n/codes'
import words from './roles.json'

/** The roles of the domain (`org::Role`), code and word, for choosing one; a test holds them against the domain. */
export const ROLES = Object.entries(words).map(([code, label]) => ({ code, label }))
/** A role in the language of the page. */
export const roleLabel = (role: { code: string; label: string }): string => codeLabel('role', role.code, role.label)
