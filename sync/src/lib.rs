//! What a register and the back office say to each other, and the register's half of it.
//!
//! Everything is idempotent, either side may vanish at any byte, and selling never waits for it. The rules are functions
//! of what was said: [`push::Push`] is asked for the next request and handed the answer, and knows no network. [`http`]
//! carries requests, [`task`] follows sales and the network by itself.

mod clock;
mod edited;
pub mod enrol;
pub mod gzip;
pub mod http;
pub mod link;
pub mod meeting;
pub mod message;
pub mod past;
pub mod push;
pub mod request;
pub mod restore;
pub mod share;
pub mod task;

/// The French of what this crate says.
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
}
