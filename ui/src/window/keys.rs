//! Keys of a keyboard, and scanners that type like one.

use std::rc::Rc;
use std::time::Instant;

use slint::Global;
use slint::platform::Key;

use super::Screens;
use crate::generated::Shell;
use crate::sale::{self, Edit};
use crate::till::{Intent, Place};
use crate::wedge::Wedge;

/// What keys need to be told apart.
pub(super) struct Keys {
    wedge: Wedge,
    began: Instant,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys { wedge: Wedge::default(), began: Instant::now() }
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let weak = Rc::downgrade(screens);
    Shell::get(&screens.window)
        .on_key(move |text, in_a_field| weak.upgrade().is_some_and(|screens| screens.key(&text, in_a_field)));
}

impl Screens {
    /// Takes a key; whether it was taken, so that nothing else gets it. A scan is taken wherever the keys go.
    fn key(&self, text: &str, in_a_field: bool) -> bool {
        let scanned = {
            let mut keys = self.keys.borrow_mut();
            let at = keys.began.elapsed();
            keys.wedge.key(text, at)
        };
        if let Some(code) = scanned {
            self.scanned(&code, in_a_field);
            return true;
        }
        let is = |key: Key| text == slint::SharedString::from(key).as_str();
        let place = self.with(|till| till.place());
        if self.with(|till| till.who.is_none()) {
            return self.key_at_the_door(text);
        }
        let intent = if is(Key::F10) && place == Place::Sale {
            Intent::Sale(sale::Intent::Pay)
        } else if is(Key::F8) && place == Place::Sale {
            let due = self.with(|till| till.sale.to_pay());
            Intent::Sale(sale::Intent::Cash(due))
        } else if is(Key::F9) && place == Place::Sale {
            Intent::Sale(sale::Intent::Card)
        } else if is(Key::F4) {
            Intent::Sale(sale::Intent::Hold)
        } else if is(Key::Escape) {
            return self.escape();
        } else if place == Place::Operators && !in_a_field && self.with(|till| till.word.is_none()) {
            return self.key_among_operators(text);
        } else if place != Place::Sale || in_a_field {
            return false;
        } else if is(Key::Delete) {
            Intent::Sale(sale::Intent::Edit(Edit::Remove))
        } else if text == "+" {
            Intent::Sale(sale::Intent::Edit(Edit::More))
        } else if text == "-" {
            Intent::Sale(sale::Intent::Edit(Edit::Less))
        } else if is(Key::Backspace) {
            let mut query = self.with(|till| till.sale.shelf.query().to_owned());
            if query.pop().is_none() {
                return false;
            }
            Intent::Sale(sale::Intent::Search(query))
        } else if text == "\n" && self.with(|till| !till.sale.shelf.query().is_empty()) {
            Intent::Sale(sale::Intent::First)
        } else if text.chars().count() == 1 && text.chars().all(|letter| letter.is_alphanumeric()) {
            // Whoever types is searching, without having to touch the field first.
            Intent::Sale(sale::Intent::Search(self.with(|till| till.sale.shelf.query().to_owned()) + text))
        } else {
            return false;
        };
        self.update(intent);
        true
    }

    /// A scan: what its letters left in the search is taken back.
    fn scanned(&self, code: &str, in_a_field: bool) {
        let query = self.with(|till| till.sale.shelf.query().to_owned());
        if !in_a_field || query.ends_with(code) {
            let kept = query.strip_suffix(code).unwrap_or(&query).to_owned();
            if kept != query {
                self.update(Intent::Sale(sale::Intent::Search(kept)));
            }
        }
        self.update(Intent::Scan(code.to_owned()));
    }

    fn escape(&self) -> bool {
        let intent = self.with(|till| {
            if till.word.is_some() {
                Intent::Word(crate::word::Intent::Close)
            } else if till.doubt.is_some() {
                Intent::Sure(false)
            } else if till.place() == Place::Pay {
                Intent::Pay(crate::pay::Intent::Leave)
            } else if till.place() != Place::Sale {
                Intent::Back
            } else if till.sale.done.as_ref().is_some_and(|done| done.code.is_some()) {
                Intent::Sale(sale::Intent::CloseCode)
            } else if till.sale.asking.is_some() {
                Intent::Sale(sale::Intent::Answer(sale::asking::Answer::Close))
            } else if till.sale.chosen.is_some() {
                Intent::Sale(sale::Intent::Edit(Edit::Close))
            } else if !till.sale.shelf.query().is_empty() {
                Intent::Sale(sale::Intent::Search(String::new()))
            } else {
                Intent::Dismiss
            }
        });
        self.update(intent);
        self.window.invoke_take_keys();
        true
    }

    /// A digit of the PIN that is being typed for somebody.
    fn key_among_operators(&self, text: &str) -> bool {
        if !self.with(|till| till.team.takes_digits()) {
            return false;
        }
        let intent = match text.chars().next() {
            Some(digit) if digit.is_ascii_digit() => crate::operators::Intent::Digit(digit),
            Some('\n') => crate::operators::Intent::Enter,
            Some('\u{8}') => crate::operators::Intent::BackDigit,
            _ => return false,
        };
        self.update(Intent::Operators(intent));
        true
    }

    fn key_at_the_door(&self, text: &str) -> bool {
        let intent = match text.chars().next() {
            Some(digit) if digit.is_ascii_digit() => crate::lock::Intent::Digit(digit),
            Some('\n') => crate::lock::Intent::Enter,
            Some('\u{8}') => crate::lock::Intent::Back,
            _ => return false,
        };
        if self.with(|till| till.lock.chosen.is_none()) {
            return false;
        }
        self.update(Intent::Door(intent));
        true
    }
}
