//! A fault of the program ends it at once: a thread that is gone must not leave a till that looks as if it worked.

use std::panic::PanicHookInfo;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::register::remember_fault;
use comptoir_fiscal::language::Translations;
use comptoir_fiscal::message;

/// What the process ends with, as Rust's own does.
const EXIT: i32 = 101;

/// From now on a panic on any thread is remembered beside the journals, said in the cashier's words, and ends the process.
pub fn end_on_a_fault(folder: DataFolder, texts: Translations) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(|| "?".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        remember_fault(&folder, &place, &said(panic));
        eprintln!(
            "{}",
            texts.say(&message!(
                "The program has met a fault of its own and stops. What was sold is sealed; start it again and go on."
            ))
        );
        std::process::exit(EXIT);
    }));
}

fn said(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}
