import { useI18n } from 'vue-i18n'

/** The units of the register, which are words of the plan, as keys of `parameter.units`; a period has none beside its word. */
const UNITS: Record<string, string> = {
  日: 'day', 工作日: 'workingDay', 小时: 'hour', 次: 'times', 次或人: 'timesOrPeople', 系数: 'factor', 分: 'factor',
  分钟: 'minute', 秒: 'second', 时: 'oclock', 月: 'month', 米: 'metre', 公里: 'kilometre', 厘米: 'centimetre', '公里/小时': 'kmh', 平方米: 'squareMetre', 吨: 'tonne', 度: 'degree', 人: 'person', 家: 'unit', 个: 'piece', 级: 'level', 层: 'floor', 行: 'row', 元: 'yuan', 件: 'item', 具: 'device', 台: 'machine', 套: 'set', 支: 'stick', 盘: 'coil', 辆: 'vehicle', 部: 'apparatus', 岗位名称: 'postName',
}
/** The unit of what is yes or no, kept as 1 or 0. */
export const YES_OR_NO = '是否'

/** Periods and units of parameters in words. */
export function usePeriods(): { period: (code: string) => string; unitWord: (unit: string) => string; valueWord: (value: string | number | boolean, unit?: string) => string } {
  const { t, te } = useI18n()
  /** `month`, `day in forest_fire`, `season tea`, `standing month`, `event`, `once a..b`, in words. */
  function period(code: string): string {
    const season = (one: string): string => (te(`parameter.seasons.${one}`) ? t(`parameter.seasons.${one}`) : t('parameter.seasons.other'))
    const inSeason = /^(\w+) in (\w+)$/.exec(code)
    if (inSeason) return t('parameter.inSeason', { season: season(inSeason[2] ?? ''), period: period(inSeason[1] ?? '') })
    const once = /^once (\S+)\.\.(\S+)$/.exec(code)
    if (once) return t('parameter.once', { from: once[1] ?? '', to: once[2] ?? '' })
    const [head = '', rest] = code.split(' ')
    if (head === 'season' && rest) return t('parameter.eachSeason', { season: season(rest) })
    if (head === 'standing') return t('parameter.periods.standing')
    return te(`parameter.periods.${code}`) ? t(`parameter.periods.${code}`) : code
  }
  const unitWord = (unit: string): string => (UNITS[unit] ? t(`parameter.units.${UNITS[unit]}`) : unit)
  /** A value with its unit: yes and no in words, a period by its word, a dash where nothing is set. */
  function valueWord(value: string | number | boolean, unit = ''): string {
    if (typeof value === 'boolean' || unit === YES_OR_NO) return t(value ? 'shared.yes' : 'shared.no')
    if (typeof value === 'string') return period(value) || '—'
    const spoken = unitWord(unit)
    return spoken ? `${value} ${spoken}` : String(value)
  }
  return { period, unitWord, valueWord }
}
