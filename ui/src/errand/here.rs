//! Long jobs on the thread of the register itself, where nobody waits for it: in tests and rehearsals.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use comptoir_core::inspection::{Asked, Kit, Program, Tools};
use comptoir_core::register::Register;
use comptoir_fiscal::journal::Span;
use comptoir_fiscal::language::{Message, Translations};

use super::{Bench, Destination, Failed, Stage};

/// A register at hand, and a folder that stands for a stick.
pub struct Here<'r> {
    register: RefCell<&'r mut Register>,
    folder: PathBuf,
}

impl<'r> Here<'r> {
    /// Works with a register; what is copied goes below `folder`.
    pub fn new(register: &'r mut Register, folder: &Path) -> Here<'r> {
        Here { register: RefCell::new(register), folder: folder.to_owned() }
    }
}

impl Bench for Here<'_> {
    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&mut Register) -> T + Send + 'static) -> Result<T, Message> {
        Ok(question(&mut self.register.borrow_mut()))
    }

    fn archive(
        &self,
        span: Span,
        _wanted: &dyn Fn() -> bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), Failed> {
        Ok(self.register.borrow_mut().archive(span, progress).map(drop)?)
    }

    fn kit(
        &self,
        by: &str,
        to: &Path,
        asked: Asked,
        _wanted: &(dyn Fn() -> bool + Sync),
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<Kit, Failed> {
        let english = Translations::english();
        let path = self.folder.join("comptoir-verify");
        // Whoever rehearses has no verifier at hand; an empty file stands for it.
        std::fs::write(&path, []).map_err(|cause| Failed::Why(super::io_failed(&path, &cause)))?;
        std::fs::create_dir_all(to).map_err(|cause| Failed::Why(super::io_failed(to, &cause)))?;
        let tools = Tools {
            verifier: Program { path, subcommand: "" },
            second: &[],
            told: &|path, report| format!("{}: {}", path.display(), report.verdict().as_str()),
            french: &english,
        };
        Ok(self.register.borrow_mut().inspection_kit(by, to, asked, &tools, progress)?)
    }

    fn places(&self) -> Vec<Destination> {
        let stick = Destination { name: "USB".to_owned(), path: self.folder.join("usb"), removable: true };
        let own = Destination { name: "Documents".to_owned(), path: self.folder.join("documents"), removable: false };
        vec![stick, own]
    }
}
