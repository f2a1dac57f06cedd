/** A column of a DataTable. The cell is the slot named by `key`, or the row's member of that name. */
export interface Column {
  key: string
  label: string
  width?: number
  min?: number
  align?: 'left' | 'right' | 'center'
  fixed?: 'left' | 'right'
  /** Hidden until the person chooses it. */
  off?: boolean
  /** Cannot be hidden. */
  always?: boolean
}
