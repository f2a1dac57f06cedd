import { onBeforeUnmount, ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { translate } from '../../i18n'

/**
 * Asks before what was typed into a page is left behind, by a link, the back button or closing the window. `state` gives
 * all that can be typed; `mark` says that it is saved, or was only just filled in.
 */
export function useUnsaved(state: () => unknown) {
  const kept = ref<string | null>(null)
  const mark = (): void => void (kept.value = JSON.stringify(state()))
  const dirty = (): boolean => kept.value !== null && JSON.stringify(state()) !== kept.value
  const closing = (event: BeforeUnloadEvent): void => {
    if (dirty()) event.preventDefault()
  }
  window.addEventListener('beforeunload', closing)
  onBeforeUnmount(() => window.removeEventListener('beforeunload', closing))
  onBeforeRouteLeave(() => !dirty() || window.confirm(translate('shared.unsaved')))
  return { mark, dirty }
}
