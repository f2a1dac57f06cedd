import { describe, expect, it } from 'vitest'
import { bytesOf, nameOf } from './push'

describe('pushes in a browser', () => {
  it('the key of the town comes out as bytes, without padding and with the letters of addresses', () => {
    expect([...bytesOf('-_8A')]).toEqual([251, 255, 0])
    expect(bytesOf('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4')).toHaveLength(65)
  })
  it('a browser has a name its person knows', () => {
    expect(nameOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0')).toBe('Windows Edge')
    expect(nameOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1')).toBe('iPhone Safari')
    expect(nameOf('Mozilla/5.0 (Linux; Android 14; V2334A) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36')).toBe('Android Chrome')
    expect(nameOf('')).toBe('')
  })
})
