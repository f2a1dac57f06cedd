//! Fulfilment: what was due, met, late, partial, missing, waived, not applicable, without data.
