//! Keys of a keyboard, and scanners that type like one.

use std::rc::Rc;
use std::time::{Duration, Instant};

use slint::{Global, Timer};

use super::Screens;
use super::arrows::Arrow;
use crate::generated::Shell;
use crate::keys::Shortcut;
use crate::sale::{self, Edit};
use crate::till::{Intent, Place, Till};
use crate::wedge::Wedge;
use crate::welcome;

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
        if let Some(arrow) = Arrow::of(text) {
            return !in_a_field && self.arrow(arrow);
        }
        let scanned = {
            let mut keys = self.keys.borrow_mut();
            let at = keys.began.elapsed();
            keys.wedge.key(text, at)
        };
        if let Some(code) = scanned {
            self.scanned(&code, in_a_field);
            return true;
        }
        if self.with(|till| till.welcome.is_some()) {
            return self.key_in_the_first_run(text, in_a_field);
        }
        if self.with(|till| till.who.is_none()) {
            return self.key_at_the_door(text);
        }
        if self.with(|till| till.place() == Place::Operators && till.word.is_none())
            && !in_a_field
            && Shortcut::of(text).is_none()
        {
            return self.key_among_operators(text);
        }
        let intent = match Shortcut::of(text) {
            Some(Shortcut::Back) => return self.escape(),
            Some(Shortcut::Search) => return self.search(),
            Some(shortcut) => self.with(|till| meant(till, shortcut, in_a_field)),
            None if in_a_field => None,
            None => self.with(|till| searched(till, text)),
        };
        let Some(intent) = intent else { return false };
        self.update(intent);
        true
    }

    /// Gives the search of the sale the keys.
    fn search(&self) -> bool {
        self.update(Intent::Go(Place::Sale));
        let screens = self.me.clone();
        // The sale may have to be drawn first.
        Timer::single_shot(Duration::ZERO, move || {
            if let Some(screens) = screens.upgrade() {
                let shell = Shell::get(&screens.window);
                shell.set_searches(shell.get_searches().wrapping_add(1));
            }
        });
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
            Some('\n') if !self.a_control_has_the_keys() => crate::operators::Intent::Enter,
            Some('\u{8}') => crate::operators::Intent::BackDigit,
            _ => return false,
        };
        self.update(Intent::Operators(intent));
        true
    }

    /// In the first run only the PIN is typed without a field; Esc goes a step back.
    fn key_in_the_first_run(&self, text: &str, in_a_field: bool) -> bool {
        let intent = match text.chars().next() {
            Some('\u{1b}') => {
                self.update(Intent::Welcome(welcome::Intent::Back));
                self.window.invoke_take_keys();
                return true;
            }
            _ if in_a_field => return false,
            Some(digit) if digit.is_ascii_digit() => welcome::Intent::Digit(digit),
            Some('\n') if !self.a_control_has_the_keys() => welcome::Intent::Enter,
            Some('\u{8}') => welcome::Intent::Erase,
            _ => return false,
        };
        if self.with(|till| till.welcome.as_ref().is_none_or(|welcome| welcome.step != welcome::Step::Owner)) {
            return false;
        }
        self.update(Intent::Welcome(intent));
        true
    }

    fn key_at_the_door(&self, text: &str) -> bool {
        let intent = match text.chars().next() {
            Some(digit) if digit.is_ascii_digit() => crate::lock::Intent::Digit(digit),
            Some('\n') if !self.a_control_has_the_keys() => crate::lock::Intent::Enter,
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

/// What a key of the table asks for where one is; nothing where it does nothing there.
fn meant(till: &Till, shortcut: Shortcut, in_a_field: bool) -> Option<Intent> {
    let is_sale = till.place() == Place::Sale;
    let edits = is_sale && !in_a_field;
    let sale = |intent| Some(Intent::Sale(intent));
    match shortcut {
        Shortcut::Help => Some(Intent::Go(Place::Help)),
        Shortcut::Hold => sale(sale::Intent::Hold),
        Shortcut::Cash if is_sale => sale(sale::Intent::Cash(till.sale.to_pay())),
        Shortcut::Card if is_sale => sale(sale::Intent::Card),
        Shortcut::Pay if is_sale => sale(sale::Intent::Pay),
        Shortcut::More if edits => sale(sale::Intent::Edit(Edit::More)),
        Shortcut::Less if edits => sale(sale::Intent::Edit(Edit::Less)),
        Shortcut::Remove if edits => sale(sale::Intent::Edit(Edit::Remove)),
        _ => None,
    }
}

/// Whoever types on the sale screen is searching, without having to touch the field first.
fn searched(till: &Till, text: &str) -> Option<Intent> {
    if till.place() != Place::Sale {
        return None;
    }
    let mut query = till.sale.shelf.query().to_owned();
    let is_a_letter = text.chars().count() == 1 && text.chars().all(char::is_alphanumeric);
    let intent = match text {
        "\u{8}" => {
            query.pop()?;
            sale::Intent::Search(query)
        }
        "\n" if !query.is_empty() => sale::Intent::First,
        _ if is_a_letter => sale::Intent::Search(query + text),
        _ => return None,
    };
    Some(Intent::Sale(intent))
}
