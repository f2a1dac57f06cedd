import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** Whether a required field holds nothing yet: no letter, no choice, no tick, no file. */
function isEmpty(field: HTMLElement): boolean {
  // The drop-down of the component library keeps its choice beside its input, which is for searching.
  const picked = field.querySelector('.el-select')
  if (picked) return !picked.querySelector('.el-select__selected-item:not(.is-transparent):not(.el-select__input-wrapper)')
  const ticks = [...field.querySelectorAll<HTMLInputElement>('input[type=checkbox],input[type=radio]')]
  const texts = [...field.querySelectorAll<HTMLInputElement>('input:not([type=checkbox]):not([type=radio]),textarea,select')]
  if (!ticks.length && !texts.length) return false
  return !ticks.some((one) => one.checked) && !texts.some((one) => (one.type === 'file' ? one.files?.length : one.value.trim()))
}

/**
 * The labels of the required fields that are empty while the deciding button of a panel is grey: why it is grey. Told from
 * what stands on the screen, so that no dialog has to say its own conditions twice.
 */
export function useLacks(panel: Ref<HTMLElement | null>): Ref<string[]> {
  const lacks = ref<string[]>([])
  function look(): void {
    const grey = panel.value?.querySelector('footer button.pri:disabled,footer button.danger:disabled')
    const fields = grey ? [...(panel.value?.querySelectorAll<HTMLElement>('.field[data-required]') ?? [])] : []
    const found = fields.filter(isEmpty).map((one) => one.dataset['required'] ?? '')
    if (found.join() !== lacks.value.join()) lacks.value = found
  }
  const watcher = new MutationObserver(look)
  onMounted(() => {
    if (!panel.value) return
    watcher.observe(panel.value, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled', 'class'] })
    panel.value.addEventListener('input', look)
    panel.value.addEventListener('change', look)
    look()
  })
  onBeforeUnmount(() => watcher.disconnect())
  return lacks
}
