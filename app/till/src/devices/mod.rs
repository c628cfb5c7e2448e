//! What stands around the till: printers and their drawers, and the mail server, behind traits of our own.

mod escpos;
mod network;
mod pictures;
mod postman;
mod printer;
mod smtp;
mod spooler;

pub use network::{NetworkPrinter, PRINTER_PORT, PrinterAddress};
pub use pictures::PictureFolder;
pub use postman::{Delivered, Postman, Trial, Tried};
pub use printer::{Printer, PrinterError, PrinterStatus};
pub use smtp::{FindPassword, Smtp, SmtpFault};
pub use spooler::{Heard, Printed, SpoolError, Spooler, print_what_waits};
