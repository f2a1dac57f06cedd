// Who uses this phone. Not in localStorage: a browser writes that down seconds later, and one killed before would find
// nobody signed in, in a cellar, with a day's work in a database it no longer knows the name of.

import Dexie, { type Table } from 'dexie'

class WhoDb extends Dexie {
  who!: Table<{ key: 'who'; database: string }, string>

  constructor(name: string) {
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ who: 'key' })
  }
}

export class Who {
  private readonly db: WhoDb

  constructor(name = 'fengsui.who') {
    this.db = new WhoDb(name)
  }

  /** The database of whoever signed in last and did not sign out. */
  async known(): Promise<string | null> {
    return (await this.db.who.get('who'))?.database ?? null
  }

  async signedIn(database: string): Promise<void> {
    await this.db.who.put({ key: 'who', database })
  }

  async signedOut(): Promise<void> {
    await this.db.who.delete('who')
  }
}
