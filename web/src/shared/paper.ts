import { onBeforeUnmount, onMounted } from 'vue'

/**
 * The paper of a page, while it is shown. Named pages would do the same, but whatever stands before them (the banner of
 * the demo) then gets a sheet of its own.
 */
export function usePaper(size: string, margin = '10mm'): void {
  let style: HTMLStyleElement | null = null
  onMounted(() => {
    style = document.createElement('style')
    style.textContent = `@page{size:${size};margin:${margin}}`
    document.head.append(style)
    // What is wide would lie across otherwise (styles/print.css).
    document.documentElement.dataset['paper'] = size
  })
  onBeforeUnmount(() => {
    style?.remove()
    delete document.documentElement.dataset['paper']
  })
}
