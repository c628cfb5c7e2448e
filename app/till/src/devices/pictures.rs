//! A folder as a printer: each paper becomes a picture and a text in it.

use std::path::PathBuf;

use comptoir_core::paper::picture::draw;
use comptoir_core::paper::text::text;
use comptoir_core::paper::{Paper, Width};

use super::printer::{Printer, PrinterError, PrinterStatus};

/// Puts papers into a folder, as PNG and as text.
#[derive(Clone, Debug)]
pub struct PictureFolder {
    folder: PathBuf,
    width: Width,
}

impl PictureFolder {
    /// The folder, which is made if it is not there.
    pub fn new(folder: impl Into<PathBuf>, width: Width) -> PictureFolder {
        PictureFolder { folder: folder.into(), width }
    }
}

impl Printer for PictureFolder {
    fn width(&self) -> Width {
        self.width
    }

    fn print(&mut self, name: &str, paper: &Paper) -> Result<(), PrinterError> {
        let png = draw(paper, self.width).and_then(|picture| picture.png());
        let png = png.map_err(|error| PrinterError::Paper(error.to_string()))?;
        let write = || {
            std::fs::create_dir_all(&self.folder)?;
            std::fs::write(self.folder.join(format!("{name}.png")), png)?;
            std::fs::write(self.folder.join(format!("{name}.txt")), text(paper, self.width))
        };
        write().map_err(|cause| PrinterError::Unreachable { printer: self.folder.display().to_string(), cause })
    }

    fn open_drawer(&mut self) -> Result<(), PrinterError> {
        Ok(())
    }

    fn status(&mut self) -> Result<PrinterStatus, PrinterError> {
        Ok(PrinterStatus::Ready)
    }
}
