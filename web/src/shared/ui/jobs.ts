import { computed, onScopeDispose, reactive, ref } from 'vue'
import { ApiProblem, api } from '../api/client'
import type { JobView } from '../api/contract'
import { translate } from '../i18n'
import { say } from './toast'
import { codeLabel } from '@/shared/i18n/codes'

/** Jobs of this person that were started or seen on this page, newest first. */
export const jobs = reactive<JobView[]>([])
/** Changes when the tray should open. */
export const openJobs = ref(0)
/** How many are on their way. */
export const runningJobs = computed(() => jobs.filter((j) => j.state === 'waiting' || j.state === 'running').length)

export function keepJob(job: JobView): void {
  const at = jobs.findIndex((j) => j.id === job.id)
  if (at >= 0) jobs[at] = job
  else jobs.unshift(job)
}

/** What a job came to. One that failed has had its answer, so that asked for again it is another operation. */
export function resultOf<T>(ended: JobView<T>): T {
  if (ended.state === 'failed' || ended.result === null || ended.result === undefined) throw new ApiProblem(422, 'job.failed', ended.error ?? translate('shared.jobFailed'))
  return ended.result
}

/** Follows a job until it is done or failed, telling about every step. Who left the page meanwhile is told on any other. */
export function useJob<T>(): { job: ReturnType<typeof ref<JobView<T> | null>>; follow: (started: JobView) => Promise<JobView<T>> } {
  const job = ref<JobView<T> | null>(null) as ReturnType<typeof ref<JobView<T> | null>>
  let gone = false
  onScopeDispose(() => (gone = true))
  const follow = async (started: JobView): Promise<JobView<T>> => {
    let now = started as JobView<T>
    let wait = 300
    for (;;) {
      job.value = now
      keepJob(now as JobView)
      if (now.state === 'done' || now.state === 'failed') {
        if (gone) say(`${codeLabel('job', now.kind, now.kind_label)} · ${translate(now.state === 'done' ? 'shared.jobDone' : 'shared.jobFailed')}`, now.state === 'done' ? 'done' : 'bad')
        return now
      }
      await new Promise((done) => setTimeout(done, wait))
      wait = Math.min(2_000, wait * 1.5)
      now = await api.get<JobView<T>>(`/jobs/${now.id}`).catch(() => now)
    }
  }
  return { job, follow }
}
