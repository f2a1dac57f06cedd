/** The acts a task page knows, in the order of a task's life, each with the names the server may give it. */
export const TASK_ACTS = [
  { act: 'accept', codes: ['accept'], form: 'none', main: true },
  { act: 'start', codes: ['start'], form: 'none', main: true },
  { act: 'review', codes: ['review'], form: 'none', main: true },
  { act: 'send_back', codes: ['send_back', 'send-back'], form: 'reason', main: false },
  { act: 'unable', codes: ['unable'], form: 'unable', main: false },
  { act: 'cancel', codes: ['cancel'], form: 'reason', main: false },
] as const
export type TaskAct = (typeof TASK_ACTS)[number]
