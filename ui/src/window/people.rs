//! The door and a manager's word, between till and window.

use std::rc::Rc;

use slint::{Global, SharedString};

use super::rows::Rows;
use super::{Screens, index};
use crate::generated::{AppWindow, Door, PersonRow, Word};
use crate::till::{Intent, Till};
use crate::{lock, people, word};

pub(super) struct People {
    door: Rows<PersonRow>,
    word: Rows<PersonRow>,
}

impl People {
    pub(super) fn new(window: &AppWindow) -> People {
        let people = People { door: Rows::default(), word: Rows::default() };
        Door::get(window).set_people(people.door.model());
        Word::get(window).set_people(people.word.model());
        people
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        Door::get(window).set_view(people::door(till));
        self.door.show(people::at_the_door(till));
        Word::get(window).set_view(people::word(till));
        self.word.show(people::who_may_give_it(till));
    }
}

pub(super) fn listen(screens: &Rc<Screens>) {
    let door = Door::get(&screens.window);
    door.on_who(screens.with_one(|at| Intent::Door(lock::Intent::Who(index(at)))));
    door.on_digit(screens.with_one(|text: SharedString| Intent::Door(lock::Intent::Digit(first(&text)))));
    door.on_back(screens.with_none(|| Intent::Door(lock::Intent::Back)));
    door.on_enter(screens.with_none(|| Intent::Door(lock::Intent::Enter)));
    door.on_lock(screens.with_none(|| Intent::Lock));
    let word = Word::get(&screens.window);
    word.on_who(screens.with_one(|at| Intent::Word(word::Intent::Who(index(at)))));
    word.on_digit(screens.with_one(|text: SharedString| Intent::Word(word::Intent::Digit(first(&text)))));
    word.on_back(screens.with_none(|| Intent::Word(word::Intent::Back)));
    word.on_enter(screens.with_none(|| Intent::Word(word::Intent::Enter)));
    word.on_close(screens.with_none(|| Intent::Word(word::Intent::Close)));
}

fn first(text: &str) -> char {
    text.chars().next().unwrap_or_default()
}
