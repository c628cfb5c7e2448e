//! Papers in the language of receipt printers, ESC/POS.

use std::cell::RefCell;

use comptoir_core::paper::picture::code_modules;
use comptoir_core::paper::text::{Printed, lay_out};
use comptoir_core::paper::{Paper, Weight, Width};
use escpos::driver::Driver;
use escpos::printer::Printer;
use escpos::utils::{JustifyMode, PageCode, Protocol, QRCodeCorrectionLevel, QRCodeModel, QRCodeOption};

use super::printer::PrinterError;

/// A paper as the bytes that a printer takes, from its reset to the cut.
pub(super) fn encode(paper: &Paper, width: Width) -> Result<Vec<u8>, PrinterError> {
    bytes(|printer| {
        printer.init()?.page_code(PageCode::WPC1252)?;
        for printed in lay_out(paper, width) {
            match printed {
                Printed::Line { text, weight, inverse } => {
                    let large = if weight == Weight::Large { 2 } else { 1 };
                    printer.bold(weight != Weight::Plain)?.size(large, large)?.reverse(inverse)?;
                    printer.writeln(&printable(&text))?;
                }
                Printed::Code(text) => {
                    printer.bold(false)?.size(1, 1)?.reverse(false)?.justify(JustifyMode::CENTER)?;
                    let size = module_size(&text, width);
                    let option = QRCodeOption::new(QRCodeModel::Model2, size, QRCodeCorrectionLevel::M);
                    printer.qrcode_option(&text, option)?.feed()?.justify(JustifyMode::LEFT)?;
                }
            }
        }
        printer.bold(false)?.size(1, 1)?.reverse(false)?.feeds(4)?.cut()?;
        Ok(())
    })
}

/// The pulse that opens the drawer: connector pin 2, 50 ms on, 500 ms off (ESC p m t1 t2). The crate's own command lacks
/// the times, without which printers wait for two more bytes.
pub(super) const DRAWER_PULSE: [u8; 5] = [0x1b, b'p', 0, 25, 250];

/// Keeps what a printer is sent.
#[derive(Default)]
struct Memory(RefCell<Vec<u8>>);

impl Driver for &Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }

    fn write(&self, data: &[u8]) -> escpos::errors::Result<()> {
        self.0.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _: &mut [u8]) -> escpos::errors::Result<usize> {
        Ok(0)
    }

    fn flush(&self) -> escpos::errors::Result<()> {
        Ok(())
    }
}

fn bytes(write: impl FnOnce(&mut Printer<&Memory>) -> escpos::errors::Result<()>) -> Result<Vec<u8>, PrinterError> {
    let memory = Memory::default();
    let mut options = escpos::printer_options::PrinterOptions::default();
    options.page_code(Some(PageCode::WPC1252));
    let mut printer = Printer::new(&memory, Protocol::default(), Some(options));
    let written = write(&mut printer).and_then(|()| printer.print().map(|_| ()));
    written.map_err(|error| PrinterError::Paper(error.to_string()))?;
    drop(printer);
    Ok(memory.0.into_inner())
}

/// Dots a module, so that a code takes at most two thirds of the paper and at least what a telephone reads.
fn module_size(text: &str, width: Width) -> u8 {
    let modules = code_modules(text).unwrap_or(177);
    let size = (width.dots() * 2 / 3).checked_div(modules).unwrap_or(3);
    u8::try_from(size.clamp(3, 8)).unwrap_or(3)
}

/// The text in the letters of Windows-1252, which printers know; narrow spaces become spaces, the rest a question mark.
fn printable(text: &str) -> String {
    const BEYOND_LATIN_1: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    let letter = |letter: char| match letter {
        ' '..='~' | '\u{a1}'..='\u{ff}' => letter,
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '→' => '>',
        known if BEYOND_LATIN_1.contains(known) => known,
        _ => '?',
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use comptoir_core::paper::Block;

    use super::*;

    #[test]
    fn letters_beyond_the_printers_are_never_sent() {
        assert_eq!(printable("Œuf 1\u{202f}234,50\u{a0}€ → ça “là” 漢 \u{1b}"), "Œuf 1 234,50 € > ça “là” ? ?");
    }

    #[test]
    fn no_text_can_smuggle_a_command_to_the_printer() {
        let evil = "Thé\u{1b}p\u{0}\u{1d}V\u{0}\n".to_owned();
        let paper = Paper { blocks: vec![Block::Row(evil.clone(), evil, Weight::Plain)] };
        let plain =
            Paper { blocks: vec![Block::Row("Thé?p??V??".to_owned(), "Thé?p??V??".to_owned(), Weight::Plain)] };
        assert_eq!(encode(&paper, Width::Wide).unwrap(), encode(&plain, Width::Wide).unwrap());
    }
}
