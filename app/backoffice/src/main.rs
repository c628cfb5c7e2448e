//! The program `comptoir-backoffice`.

fn main() {}
