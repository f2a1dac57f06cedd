//! Shapes that many answers share. What does not belong here: what one noun alone answers (its own room).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something by id, with what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

impl Named {
    /// A thing and its name.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into() }
    }
}

/// A code with the word people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Word {
    /// Code.
    pub code: String,
    /// Word.
    pub label: String,
}

impl Word {
    /// A code and its word.
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code: code.into(), label: label.into() }
    }
}
