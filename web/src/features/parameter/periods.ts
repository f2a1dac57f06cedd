import { useI18n } from 'vue-i18n'

/** The units of the register, which are words of the plan, as keys of `parameter.units`; a period has none beside its word. */
const UNITS: Record<string, string> = { 日: 'day', 工作日: 'workingDay', 小时: 'hour', 次: 'times', 次或人: 'timesOrPeople', 系数: 'factor', 分: 'factor' }

/** Periods and units of parameters in words. */
export function usePeriods(): { period: (code: string) => string; unitWord: (unit: string) => string } {
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
  return { period, unitWord }
}
