import { expect, it } from 'vitest'
import { leadsNowhere } from './labels'

it('a code with the address of this machine leads nowhere on another phone', () => {
  expect(['http://127.0.0.1:8080', 'http://localhost', 'https://localhost:8443/', 'http://[::1]:80'].map(leadsNowhere)).toEqual([true, true, true, true])
  expect(['https://xf.example.gov.cn', 'http://192.168.1.9:8080', 'http://localhost.example.cn', '', undefined].map(leadsNowhere)).toEqual([false, false, false, false, false])
})
