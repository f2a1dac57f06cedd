/** The units of the register, which are words of the plan, as keys of `parameter.units`. */
export const UNITS: Record<string, string> = { 日: 'day', 工作日: 'workingDay', 次或人: 'timesOrPeople', 系数: 'factor' }
