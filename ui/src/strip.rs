//! The status strip: what is always true and always shown.

use comptoir_fiscal::message;

use crate::generated::{StripView, Tone};
use crate::till::Till;

/// What it says now.
pub fn strip(till: &Till) -> StripView {
    StripView {
        shop: till.shop.as_str().into(),
        register: till.shop.as_str().into(),
        operator: till.who.as_ref().map(|who| who.name.as_str()).unwrap_or_default().into(),
        day: till.texts.language().date(till.sale.terms.date).into(),
        held: if till.held > 0 { till.held.to_string().into() } else { Default::default() },
        backup: till.say(&message!("no back office")).into(),
        backup_tone: Tone::Plain,
        ..StripView::default()
    }
}
