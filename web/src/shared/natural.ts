// The natural order of names that hold numbers, 第二网格 before 第十网格 before 第十一网格, in Chinese numerals or digits.

const DIGITS = '〇一二三四五六七八九'
const NUMERAL = /[〇零一二三四五六七八九十百]+/g

/** What Chinese numerals below a thousand say. */
function valueOf(numeral: string): number {
  let [total, digit] = [0, 0]
  for (const sign of numeral.replace(/零/g, '〇')) {
    if (sign === '十' || sign === '百') {
      total += (digit || 1) * (sign === '十' ? 10 : 100)
      digit = 0
    } else digit = digit * 10 + DIGITS.indexOf(sign)
  }
  return total + digit
}
const collator = new Intl.Collator('zh-CN', { numeric: true })
const plain = (name: string): string => name.replace(NUMERAL, (numeral) => String(valueOf(numeral)))

/** Compares two names by what their numbers say. */
export const natural = (a: string, b: string): number => collator.compare(plain(a), plain(b)) || collator.compare(a, b)
