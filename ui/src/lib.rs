//! The register's screens: what they show as plain Rust, and the Slint that draws it.
//!
//! [`Till`] is all that the screens know. What a person does is an [`Intent`]; what it needs of the register is an
//! [`Order`], which whoever runs the screens carries out on the register's thread and answers with a [`Reply`]. What is
//! drawn is computed from the till by the `view` of each screen. [`window::Screens`] is the only part that has a window.

pub mod catalogue;
pub mod colour;
pub mod device;
pub mod doubt;
pub mod drawer;
pub mod errand;
pub mod figures;
pub mod files;
#[cfg(feature = "framebuffer")]
pub mod framebuffer;
pub mod guide;
pub mod held;
pub mod help;
pub mod journal;
pub mod keys;
pub mod lock;
pub mod mail;
pub mod meeting;
pub mod office;
pub mod operators;
pub mod pay;
pub mod people;
pub mod pictures;
#[cfg(feature = "test-ids")]
pub mod rehearsal;
pub mod sale;
pub mod settings;
pub mod sheet;
#[cfg(test)]
mod stage;
pub mod strip;
pub mod terminal;
pub mod texts;
pub mod tickets;
pub mod till;
pub mod wedge;
pub mod welcome;
pub mod window;
pub mod word;

/// What the Slint compiler makes of `slint/app.slint`.
#[allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::todo,
    reason = "generated"
)]
pub mod generated {
    slint::include_modules!();
}

pub use slint;
pub use till::{Intent, Order, Place, Reply, Till};

/// The French of what these screens say in Rust.
pub const FRENCH: &str = include_str!("../po/fr.po");

#[cfg(test)]
mod tests {
    use comptoir_fiscal::language;
    use std::path::Path;

    #[test]
    fn everything_that_is_said_has_its_french() {
        let sources = language::sources_under(Path::new("src")).unwrap();
        assert_eq!(language::missing(super::FRENCH, &sources).unwrap(), Vec::<String>::new());
    }

    /// Every text that the screens translate, as it stands in the sources.
    fn texts_of_the_screens(folder: &Path) -> Vec<String> {
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                texts.extend(texts_of_the_screens(&path));
            } else if path.extension().is_some_and(|extension| extension == "slint") {
                let source = std::fs::read_to_string(&path).unwrap();
                texts.extend(source.split("@tr(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
        texts
    }

    #[test]
    fn everything_that_is_drawn_has_its_french() {
        let po = include_str!("../lang/fr/LC_MESSAGES/comptoir-ui.po");
        let lacks = |text: &String| !po.contains(&format!("msgid \"{text}\"\n"));
        let lacking: Vec<String> = texts_of_the_screens(Path::new("slint")).into_iter().filter(lacks).collect();
        assert_eq!(lacking, Vec::<String>::new());
    }
}
