//! The offline-first register: what a shop sells, how it is paid, who does it; sealed into the journal below.
