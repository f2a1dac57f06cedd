//! Explained risk points: every point cites its fact; adding protection never raises them.
