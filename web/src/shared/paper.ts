import { onBeforeUnmount, onMounted } from 'vue'

/**
 * The paper of a page, while it is shown. Named pages would do the same, but whatever stands before them (the banner of
 * the demo) then gets a sheet of its own.
 */
export function usePaper(size: string, margin = '10mm'): void {
  let style: HTMLStyleElement | null = null
  onMounted(() => {
    style = document.createElement('style')
    // The sheet for all pages comes when the first page stands (desk/main.ts): it must not win by being later.
    style.textContent = `@page{size:${size}!important;margin:${margin}!important}`
    document.head.append(style)
    // What is wide would lie across otherwise (styles/print.css).
    document.documentElement.dataset['paper'] = size
  })
  onBeforeUnmount(() => {
    style?.remove()
    delete document.documentElement.dataset['paper']
  })
}
