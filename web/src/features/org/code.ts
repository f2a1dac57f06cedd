/** Whether a territory's code is one of our own, until the state's is known: the state's have digits only. */
export const isOwnCode = (code: string): boolean => /[a-z]/i.test(code)
