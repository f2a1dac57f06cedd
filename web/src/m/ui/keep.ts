// The end of a form on the phone: it goes into the outbox and one sees it there, or one is told that this phone could not
// keep it. What a form lacks is asked by the form.

import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { kick } from '../phone'
import { told } from './ask'

/** `failed` is what stands in the way, `busy` while it is written; `keep` writes and leaves for the outbox. */
export function keeping(): { failed: Ref<string>; busy: Ref<boolean>; keep: (write: () => Promise<unknown>) => Promise<void> } {
  const { t } = useI18n()
  const router = useRouter()
  const failed = ref('')
  const busy = ref(false)
  return {
    failed,
    busy,
    async keep(write) {
      busy.value = true
      try {
        await write()
      } catch {
        busy.value = false
        failed.value = t('m.finish.notKept')
        return
      }
      told(t('m.finish.kept'))
      kick()
      void router.replace('/outbox')
    },
  }
}
