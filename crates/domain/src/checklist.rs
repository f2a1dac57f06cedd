//! Checklists as data: blocks, items, versions, and which list a place gets.
