//! What stands around the till: printers and their drawers, behind traits of our own.

mod escpos;
mod network;
mod pictures;
mod printer;
mod spooler;

pub use network::{NetworkPrinter, PRINTER_PORT, PrinterAddress};
pub use pictures::PictureFolder;
pub use printer::{Printer, PrinterError, PrinterStatus};
pub use spooler::{Heard, Printed, SpoolError, Spooler, print_what_waits};
