import { ApiProblem, download } from '../api/client'
import { translate } from '../i18n'
import { say } from './toast'

/** Fetches a file into the browser's downloads and says so; what went wrong is said as well. */
export async function saveFile(...asked: Parameters<typeof download>): Promise<void> {
  try {
    say(translate('shared.downloaded', { name: await download(...asked) }))
  } catch (error) {
    say(ApiProblem.of(error).message, 'bad')
  }
}
