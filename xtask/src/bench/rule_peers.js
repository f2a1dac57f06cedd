// json-rules-engine on the places of rule_peers.py, which runs this: `node -e TEXT -- N…`. One line of JSON for each N: how many
// places met each rule, and microseconds a place, by the clock and of the processor.
const { readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { Engine } = require('json-rules-engine')

// SplitMix64.
const MASK = (1n << 64n) - 1n
let state = 26875n
function roll(bound) {
  state = (state + 0x9e3779b97f4a7c15n) & MASK
  let z = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK
  return Number((z ^ (z >> 31n)) % BigInt(bound))
}
function place() {
  return {
    listed: roll(14) === 0,
    grade: roll(4),
    days: roll(100),
    owner: roll(10) !== 0,
    responsible: roll(20) !== 0,
    overdue: Math.max(0, roll(10) - 7),
  }
}

const is = (fact, operator, value) => ({ fact, operator, value })
const RULES = [
  { any: [is('listed', 'equal', false), is('days', 'lessThanInclusive', 30)] },
  { any: [is('grade', 'notEqual', 2), is('days', 'lessThanInclusive', 90)] },
  { all: [is('owner', 'equal', true)] },
  { all: [is('responsible', 'equal', true)] },
  { all: [is('overdue', 'equal', 0)] },
]

// Its package.json may not be asked for by name.
function version() {
  let folder = dirname(require.resolve('json-rules-engine'))
  for (;;) {
    try {
      const told = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      if (told.name === 'json-rules-engine') return told.version
    } catch {}
    if (folder === dirname(folder)) return '?'
    folder = dirname(folder)
  }
}

async function main() {
  const engine = new Engine()
  RULES.forEach((conditions, n) => engine.addRule({ conditions, event: { type: String(n) } }))
  const sizes = process.argv.slice(1).map(Number)
  const places = Array.from({ length: Math.max(...sizes) }, place)
  async function judge(some) {
    const met = RULES.map(() => 0)
    for (const one of some) {
      const { events } = await engine.run(one)
      for (const event of events) met[Number(event.type)] += 1
    }
    return met
  }
  await judge(places.slice(0, 1000))
  for (const n of sizes) {
    const some = places.slice(0, n)
    const rounds = []
    for (let round = 0; round < 3; round += 1) {
      const cpu = process.cpuUsage()
      const start = performance.now()
      const met = await judge(some)
      const us = ((performance.now() - start) * 1000) / n
      const { user, system } = process.cpuUsage(cpu)
      rounds.push({ us, cpu: (user + system) / n, met })
    }
    rounds.sort((a, b) => a.us - b.us)
    console.log(JSON.stringify({ version: version(), node: process.version, n, ...rounds[1] }))
  }
}

main()
