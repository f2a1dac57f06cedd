import { expect, it } from 'vitest'
import { attendeesIn, questionsIn, share, trainers } from './training'

it('questions are read block by block, the kind follows from the options', () => {
  const text = '楼道可以停放电动车\n对\n* 错\n\n发现火情应当\n* 拨打119\n* 组织疏散\n乘电梯撤离\n\n报警电话是\n110\n*119\n120\n\n没有选项的一行'
  expect(questionsIn(text)).toEqual([
    { kind: 'true_false', text: '楼道可以停放电动车', options: ['对', '错'], right: [1] },
    { kind: 'multiple', text: '发现火情应当', options: ['拨打119', '组织疏散', '乘电梯撤离'], right: [0, 1] },
    { kind: 'single', text: '报警电话是', options: ['110', '119', '120'], right: [1] },
  ])
})

it('where a certificate is given, only the fire rescue organ is offered to teach', () => {
  const orgs = [{ kind: 'office', active: true }, { kind: 'fire_rescue', active: true }, { kind: 'fire_rescue', active: false }]
  expect([trainers(orgs, true), trainers(orgs, false)]).toEqual([[orgs[1]], [orgs[0], orgs[1]]])
})

it('nobody is no share, and nearly all is not all', () => {
  expect([share(0, 0), share(199, 200), share(2, 2)]).toEqual(['—', '99%', '100%'])
})

it('a paper list is read line by line: name, unit, points', () => {
  expect(attendeesIn('姓名\t单位\t成绩\n张三\t青峰农贸市场\t90\n李四，85\n王五\n\n赵六,惠民超市\n')).toEqual([
    { name: '张三', place: '青峰农贸市场', score: 90 },
    { name: '李四', place: '', score: 85 },
    { name: '王五', place: '', score: null },
    { name: '赵六', place: '惠民超市', score: null },
  ])
})
