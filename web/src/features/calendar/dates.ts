/** The holidays the State Council declares every year; as they are written in its notice, whatever language the page has. */
export const USUAL = ['元旦', '春节', '清明节', '劳动节', '端午节', '中秋节', '国庆节']

/** Dates as somebody types them one after another: commas, blanks or dots of Chinese between them; `2027/2/6` is one too. */
export function datesOf(text: string): string[] {
  return text
    .split(/[\s,，、;；]+/)
    .filter(Boolean)
    .map((one) => {
      const [, y, m, d] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(one) ?? []
      return y && m && d ? `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : one
    })
}
