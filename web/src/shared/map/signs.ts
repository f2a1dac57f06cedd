import { locale } from '../i18n'
import { codeLabel } from '../i18n/codes'
import type { Theme } from '../theme'

/**
 * How the classes of a legend look. The colour only repeats what the sign says: grave classes carry a character on a
 * badge, the others are dots that grow with the grade. A layer nobody thought of here is drawn in the house's colour.
 */
interface Sign { day: string; night: string; size: number; badge?: string; diamond?: boolean }

const GREY = { day: '#7C8587', night: '#8C989D' }
const BLUE = { day: '#3E78CC', night: '#6CA1EA' }
const YELLOW = { day: '#B39200', night: '#E6CE4F' }
const ORANGE = { day: '#C96A0A', night: '#F0984A' }
const BRAND = { day: '#1D5663', night: '#7DBAC4' }
const GREEN = { day: '#2F7D4F', night: '#6FC292' }
const RED = { day: '#C8372D', night: '#F26A5B' }

const SIGNS: Record<string, Record<string, Sign>> = {
  territories: {
    outline_group: { ...GREY, size: 4 },
    outline_village: { ...GREY, size: 5 },
    outline_town: { ...BRAND, size: 6 },
  },
  places: {
    unrated: { ...GREY, size: 4 },
    blue: { ...BLUE, size: 4.5 },
    yellow: { ...YELLOW, size: 5.5 },
    orange: { ...ORANGE, size: 8, badge: '橙' },
    red: { ...RED, size: 9, badge: '红' },
  },
  hazards: {
    ungraded: { ...GREY, size: 9, badge: '未', diamond: true },
    general: { ...BLUE, size: 9, badge: '般', diamond: true },
    larger: { ...YELLOW, size: 9, badge: '较', diamond: true },
    major_suspect: { ...ORANGE, size: 10, badge: '疑', diamond: true },
    major: { ...RED, size: 10, badge: '重', diamond: true },
    overdue: { ...RED, size: 10, badge: '逾', diamond: true },
  },
  placards: {
    current: { ...GREY, size: 7, badge: '牌' },
    to_post: { ...BRAND, size: 7, badge: '贴' },
    renamed: { ...ORANGE, size: 7, badge: '名' },
    phone: { ...ORANGE, size: 7, badge: '电' },
    photo_old: { ...ORANGE, size: 8, badge: '照' },
    changed: { ...RED, size: 9, badge: '换' },
  },
  facilities: {
    coming: { ...GREY, size: 8, badge: '待' },
    in_service: { ...BRAND, size: 6 },
    unchecked: { ...ORANGE, size: 8, badge: '查' },
    fault: { ...RED, size: 9, badge: '障' },
  },
  roads: {
    engine: { ...GREEN, size: 5 },
    mini: { ...BLUE, size: 5 },
    motorcycle: { ...YELLOW, size: 5 },
    unmeasured: { ...GREY, size: 5 },
    foot: { ...ORANGE, size: 5 },
    passes: { ...GREEN, size: 5 },
    refused: { ...ORANGE, size: 5 },
    closed: { ...RED, size: 6 },
  },
  siting: {
    site_uncovered: { ...RED, size: 7, badge: '缺' },
    site_other: { ...GREY, size: 6 },
    site_chosen: { ...GREEN, size: 9, badge: '选' },
  },
  plan_changes: {
    plan_changed: { ...ORANGE, size: 8, badge: '改' },
    plan_added: { ...BLUE, size: 8, badge: '增' },
    plan_removed: { ...RED, size: 8, badge: '消' },
  },
  reach: {
    reach_perhaps: { ...YELLOW, size: 5 },
    reach_sure: { ...GREEN, size: 5 },
  },
  targets: {
    target_sure: { ...GREEN, size: 6 },
    target_perhaps: { ...YELLOW, size: 7, badge: '疑' },
    target_late: { ...ORANGE, size: 8, badge: '迟' },
    target_perhaps_late: { ...ORANGE, size: 8, badge: '未' },
    target_never: { ...RED, size: 8, badge: '断' },
  },
  blocking: {
    blocking: { ...RED, size: 7, badge: '阻', diamond: true },
  },
  way: {
    way_perhaps: { ...YELLOW, size: 5 },
    way_sure: { ...BLUE, size: 5 },
  },
  sight: {
    unseen: { ...ORANGE, size: 5 },
    seen: { ...GREEN, size: 5 },
  },
  passing: {
    passes: { ...GREEN, size: 5 },
    unmeasured: { ...GREY, size: 5 },
    refused: { ...ORANGE, size: 5 },
    closed: { ...RED, size: 6 },
  },
  plan_items: {
    built: { ...GREEN, size: 8, badge: '建' },
    planned: { ...BLUE, size: 8, badge: '规' },
    retired: { ...GREY, size: 8, badge: '退' },
  },
  incidents: {
    handed_over: { ...GREY, size: 8, badge: '移' },
    out: { ...GREY, size: 8, badge: '灭' },
    controlled: { ...ORANGE, size: 10, badge: '控' },
    cannot_tell: { ...YELLOW, size: 10, badge: '疑' },
    verifying: { ...ORANGE, size: 11, badge: '核' },
    open: { ...RED, size: 12, badge: '警' },
    responding: { ...RED, size: 12, badge: '救' },
    real: { ...RED, size: 12, badge: '火' },
  },
  forces: {
    brigade: { ...BRAND, size: 9, badge: '队' },
    micro: { ...BRAND, size: 10, badge: '微' },
    town: { ...BRAND, size: 12, badge: '站' },
  },
}

/** What stands on a badge for whoever reads English: one letter a character, another one for each class of a layer. */
const LETTERS: Record<string, string> = {
  橙: 'O', 红: 'R', 未: 'U', 般: 'G', 较: 'L', 疑: '?', 重: 'M', 逾: '!', 牌: '#', 贴: 'H', 名: 'N', 电: 'T', 照: 'I', 换: 'X', 待: 'T', 查: 'C', 障: 'F', 缺: '–', 选: '✓',
  改: 'C', 增: '+', 消: '–', 迟: 'L', 断: 'X', 阻: 'B', 建: 'B', 规: 'P', 退: 'R', 移: 'H', 灭: 'O', 控: 'C', 核: 'V', 警: 'A', 救: 'R', 火: 'F', 队: 'B', 微: 'M', 站: 'S',
}

export function sign(layer: string, code: string): Sign {
  const found = SIGNS[layer]?.[code] ?? { ...BRAND, size: 6 }
  return found.badge && locale.value === 'en' ? { ...found, badge: LETTERS[found.badge] ?? found.badge } : found
}

/** Layers and their classes that carry a badge. */
export const badged = (): [string, string][] => Object.entries(SIGNS).flatMap(([layer, classes]) => Object.entries(classes).filter(([, one]) => one.badge).map(([code]): [string, string] => [layer, code]))

export function colour(layer: string, code: string, theme: Theme): string {
  const found = sign(layer, code)
  return theme === 'night' ? found.night : found.day
}

/** The word of a class in the language of the person. */
export function classLabel(code: string, label: string): string {
  return codeLabel('layer', code, label)
}

/** Draws a badge for the map; `ratio` pixels of the picture for one of the screen. */
export function drawBadge(layer: string, code: string, theme: Theme, ratio: number): ImageData | null {
  const { size, badge, diamond } = sign(layer, code)
  const side = Math.round((size * 2 + 4) * ratio)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const pen = canvas.getContext('2d')
  if (!pen) return null
  const middle = side / 2
  const radius = size * ratio
  pen.beginPath()
  if (diamond) {
    for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]] as const) pen.lineTo(middle + x * radius * 1.12, middle + y * radius * 1.12)
    pen.closePath()
  } else pen.arc(middle, middle, radius, 0, Math.PI * 2)
  pen.fillStyle = colour(layer, code, theme)
  pen.fill()
  pen.lineWidth = 1.4 * ratio
  pen.strokeStyle = theme === 'night' ? '#12171A' : '#FFFFFF'
  pen.stroke()
  if (badge) {
    pen.fillStyle = theme === 'night' ? '#12171A' : '#FFFFFF'
    pen.font = `600 ${Math.round(radius * (diamond ? 1.05 : 1.2))}px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif`
    pen.textAlign = 'center'
    pen.textBaseline = 'middle'
    pen.fillText(badge, middle, middle + ratio * 0.5)
  }
  return pen.getImageData(0, 0, side, side)
}
