// Questions and short messages, with Vant's dialog and toast.

import { showConfirmDialog, showToast } from 'vant'
// Their rules alone: the `style` entries would bring Vant's icon font along, 30 KB nobody sees and the CSP refuses.
import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/button/index.css'
import 'vant/es/dialog/index.css'
import 'vant/es/toast/index.css'
import { translate } from '@/shared/i18n'

/** Asks; `false` when the person would rather not. */
export async function confirmed(message: string, yes: string, title = ''): Promise<boolean> {
  try {
    await showConfirmDialog({ title, message, confirmButtonText: yes, cancelButtonText: translate('m.cancel'), messageAlign: 'left', closeOnPopstate: true })
    return true
  } catch {
    return false
  }
}

/** Says what happened. */
export function told(message: string): void {
  showToast({ message, wordBreak: 'break-word', duration: 2600, position: 'bottom' })
}
