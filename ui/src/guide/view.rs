//! What the guided sale shows.

use super::Step;
use crate::generated::GuideView;
use crate::till::{Place, Till};

/// The banner.
pub fn guide(till: &Till) -> GuideView {
    let shut = till.who.is_none() || till.welcome.is_some();
    let Some(step) = till.guide.step().filter(|_| !shut) else { return GuideView::default() };
    let number = match step {
        Step::Article => 1,
        Step::Line => 2,
        Step::More => 3,
        Step::Close => 4,
        Step::Cash => 5,
        Step::Paper => 6,
        Step::Done => 7,
    };
    GuideView { open: true, step: number, steps: 6, elsewhere: till.place() != Place::Sale }
}
