import { nextTick } from 'vue'

/** After a refusal the first field that is wrong gets the focus. */
export async function focusFirstWrong(form: HTMLElement | null): Promise<void> {
  await nextTick()
  const wrong = form?.querySelector<HTMLElement>('.wrong input,.wrong select,.wrong textarea,[aria-invalid=true]')
  wrong?.focus()
  wrong?.scrollIntoView({ block: 'center' })
}
