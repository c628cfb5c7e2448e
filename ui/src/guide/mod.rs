//! A guided sale: over the screens of the sale itself, in school mode, a banner names the next touch, and goes on once it
//! was really done.

#[cfg(test)]
mod tests;
pub mod view;

use comptoir_fiscal::entry::Mode;

use crate::settings;
use crate::till::{Place, Till};

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Put an article on the ticket.
    Article,
    /// Touch its line.
    Line,
    /// Take one more of it.
    More,
    /// Put the line's panel away.
    Close,
    /// Take cash.
    Cash,
    /// Say what becomes of the ticket on paper.
    Paper,
    /// It is done.
    Done,
}

/// What a person does with the guided sale itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Begins it; the till turns to school mode for it.
    Begin,
    /// Ends it, at any step.
    End,
}

/// Where the guided sale is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guide {
    pub(crate) step: Option<Step>,
    /// Whether it begins once somebody is at a till in school mode.
    soon: bool,
}

impl Guide {
    /// Begins once somebody is at a till in school mode.
    pub(crate) fn begin_soon(&mut self) {
        self.soon = true;
    }

    /// What is left of it where the till begins anew.
    pub(crate) fn kept(self) -> Guide {
        Guide { step: None, ..self }
    }

    /// The step that is to be done next.
    pub fn step(&self) -> Option<Step> {
        self.step
    }
}

/// Does what a person asked for.
pub(crate) fn update(till: &mut Till, intent: Intent) {
    match intent {
        Intent::Begin => {
            till.guide.begin_soon();
            if till.mode == Mode::Training {
                till.go(Place::Sale);
            } else {
                settings::turn_school(till);
            }
        }
        Intent::End => till.guide = Guide::default(),
    }
}

/// Goes on as far as what was done reaches; back, where it was undone.
pub(crate) fn follow(till: &mut Till) {
    let at_work = till.who.is_some() && till.mode == Mode::Training;
    if till.guide.soon && at_work && till.place == Place::Sale {
        till.guide = Guide { step: Some(Step::Article), soon: false };
        // What was sold before is not what is shown now.
        till.sale.done = None;
    }
    if till.mode != Mode::Training {
        till.guide.step = None;
    }
    while let Some(step) = till.guide.step {
        let next = next(till, step);
        if next == step {
            return;
        }
        till.guide.step = Some(next);
    }
}

fn next(till: &Till, step: Step) -> Step {
    let sale = &till.sale;
    let is_open = sale.chosen.is_some();
    if sale.done.is_some() && step < Step::Paper {
        return Step::Paper;
    }
    if sale.basket.is_empty() && !sale.sealing && (Step::Line..=Step::Cash).contains(&step) && sale.done.is_none() {
        return Step::Article;
    }
    match step {
        Step::Article if !sale.basket.is_empty() => Step::Line,
        Step::Line if is_open => Step::More,
        Step::More if sale.basket.items().any(|item| item.qty.get() > 1000) => Step::Close,
        Step::More if !is_open => Step::Line,
        Step::Close if !is_open => Step::Cash,
        Step::Paper if sale.done.as_ref().is_none_or(|done| done.receipt.is_some()) => Step::Done,
        step => step,
    }
}
