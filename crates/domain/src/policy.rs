//! Who may do what to what: one pure function and the row scope only it can make.
