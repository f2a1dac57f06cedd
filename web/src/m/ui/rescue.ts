// Hands the rescue file to the browser's downloads.

import { clock, db } from '../phone'
import { rescue } from '../store/rescue'

export async function exportFile(): Promise<boolean> {
  try {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await rescue(db(), clock.iso()))
    link.download = `fengsui-${clock.iso().slice(0, 16).replace(/[-:T]/g, '')}.zip`
    document.body.append(link)
    link.click()
    link.remove()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    return true
  } catch {
    return false
  }
}
