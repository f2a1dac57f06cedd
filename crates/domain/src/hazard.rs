//! Hazards: what was found wrong, who must fix it, by when.
