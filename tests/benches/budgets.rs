//! The budgets of the architecture, each measured beside its limit.

fn main() {}
