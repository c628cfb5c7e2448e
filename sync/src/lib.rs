//! What a register and the back office say to each other, and the register's half of it.
