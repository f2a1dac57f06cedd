//! What can go wrong with keeping things, told apart by what the caller can do about it.

/// Result of a store call.
pub type Result<T> = std::result::Result<T, Error>;

/// A store failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The row was changed by somebody else since it was read, or exists already; read again and decide again.
    #[error("记录已被他人修改（{table} {id}），请刷新后再试")]
    Conflict {
        /// Table.
        table: &'static str,
        /// Row id.
        id: String,
    },
    /// The same operation id was used before for another request, or is being carried out right now.
    #[error("操作编号重复")]
    OperationTaken,
    /// A row that the program itself wrote does not read back as what it must be.
    #[error("数据不一致：{table}.{column}（{id}）")]
    Inconsistent {
        /// Table or statement.
        table: &'static str,
        /// Column.
        column: String,
        /// Row id when known.
        id: String,
    },
    /// A sealed value does not open: it was sealed for another cell, or altered.
    #[error("封存的个人信息打不开（{table}.{column} {id}），内容被挪动或改动过，请核对记录并从备份恢复")]
    Broken {
        /// Table.
        table: &'static str,
        /// Column.
        column: String,
        /// Row id.
        id: String,
    },
    /// The database holds sealed values and the master key that opens them is not where it was.
    #[error("没有找到主密钥文件 {}，封存的电话无法解开，请把与这个数据库一起使用的密钥文件放回该处再启动", .file.display())]
    KeyMissing {
        /// Where it should be.
        file: std::path::PathBuf,
    },
    /// The master key is not the one that wrapped the data key, or its file was altered.
    #[error("主密钥文件 {} 与这个数据库不相配，请换回原来的密钥文件再启动", .file.display())]
    KeyWrong {
        /// Where it is.
        file: std::path::PathBuf,
    },
    /// The disk is full: writes are refused, reads go on.
    #[error("磁盘已满，暂时不能写入，请先清理磁盘；查询不受影响")]
    Full,
    /// The account the program runs under may not write to the database: a restore by somebody else, or a server that
    /// takes no writes.
    #[error(
        "数据库只能读、不能写，请把数据目录及其中的文件交给运行服务的账号（chown -R），用 PostgreSQL 的请核对它是否只读，再启动"
    )]
    ReadOnly,
    /// The database did not answer in time or is out of reach.
    #[error("数据库暂时不可用，请稍后再试")]
    Unavailable(#[source] sqlx::Error),
    /// The engine is too old or set up wrongly.
    #[error("{0}")]
    Setup(String),
    /// A file of the data folder could not be read or written.
    #[error("数据目录读写失败：{0}")]
    Io(#[from] std::io::Error),
    /// Anything else the driver says.
    #[error("数据库错误")]
    Driver(#[source] sqlx::Error),
}

/// SQLite result code for a full disk.
const SQLITE_FULL: &str = "13";
/// PostgreSQL SQLSTATE for a full disk.
const PG_DISK_FULL: &str = "53100";
/// SQLite result code for a database that cannot be written, in the low byte of what it says more exactly.
const SQLITE_READONLY: i32 = 8;
/// PostgreSQL SQLSTATE for a transaction that takes no writes.
const PG_READ_ONLY: &str = "25006";

/// Whether a code of the driver says that nothing can be written.
fn is_read_only(code: &str) -> bool {
    // SQLite's codes are numbers of few digits; an SQLSTATE has five places.
    let is_sqlite = code.len() < PG_READ_ONLY.len();
    code == PG_READ_ONLY || is_sqlite && code.parse::<i32>().is_ok_and(|code| code & 0xff == SQLITE_READONLY)
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(db) if matches!(db.code().as_deref(), Some(SQLITE_FULL | PG_DISK_FULL)) => {
                Self::Full
            }
            sqlx::Error::Database(db) if db.code().is_some_and(|code| is_read_only(&code)) => Self::ReadOnly,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error)
            }
            _ => Self::Driver(error),
        }
    }
}

/// A full disk said by the file system instead of the database.
pub(crate) fn io(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::StorageFull { Error::Full } else { Error::Io(error) }
}

impl Error {
    /// The disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full)
    }

    /// The database is out of reach for now.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_takes_no_writes_is_told_by_every_code_that_says_so() {
        // Plain, and for the folder, a moved file, a journal or a lock beside it.
        for code in ["8", "264", "520", "776", "1032", "1288", "1544", "25006"] {
            assert!(is_read_only(code), "{code}");
        }
        for code in ["13", "14", "5", "1032x", "53100", "25001", "00008", ""] {
            assert!(!is_read_only(code), "{code}");
        }
    }
}
