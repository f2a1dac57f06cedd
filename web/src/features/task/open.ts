/** The stages in which something is still owed, as the server counts it: all but done and cancelled. */
export const OPEN = ['pending', 'assigned', 'accepted', 'in_progress', 'submitted', 'unable', 'referred'] as const
