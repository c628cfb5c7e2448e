//! `comptoir print`: brings what waits to a printer.

use std::path::Path;
use std::sync::Arc;

use comptoir_core::register::Desk;
use comptoir_fiscal::language::{Message, Translations};
use comptoir_fiscal::message;

use crate::shop;
use comptoir_till::devices::{NetworkPrinter, PictureFolder, Printer, PrinterAddress, print_what_waits};

/// Prints what waits, and says how much that was and what stopped the rest.
pub(crate) fn run(
    data: &Path,
    printer: Option<PrinterAddress>,
    pictures: Option<&Path>,
    translations: &Translations,
) -> Result<(), Message> {
    let register = shop::open(data, translations).map_err(|error| error.message())?;
    let width = register.paper_settings().map_err(|error| error.message())?.width;
    let mut printer: Box<dyn Printer> = match (printer, pictures) {
        (Some(address), _) => Box::new(NetworkPrinter::new(address, width)),
        (None, pictures) => Box::new(PictureFolder::new(pictures.unwrap_or(data), width)),
    };
    let stopped = || message!("The register has stopped. Start it again.");
    let desk = Desk::start(register).map_err(|_| stopped())?;
    let printed = print_what_waits(&desk, &mut *printer, &Arc::new(translations.clone()));
    let queue = desk.ask(|register| register.print_queue()).map_err(|_| stopped())?.map_err(|error| error.message())?;
    println!(
        "{}",
        translations.say(&message!(
            "Printed: {papers}. Waiting: {waiting}.",
            papers = printed.papers,
            waiting = queue.len()
        ))
    );
    desk.close().map_err(|error| error.message())?;
    printed.stopped.map_or(Ok(()), |error| Err(error.message()))
}
