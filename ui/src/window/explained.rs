//! How the total came about, between till and window.

use slint::Global;

use super::rows::Rows;
use crate::generated::{self, AppWindow, FigureRow};
use crate::sale::explaining;
use crate::till::Till;

#[derive(Default)]
pub(super) struct Explained(Rows<FigureRow>);

impl Explained {
    pub(super) fn new(window: &AppWindow) -> Explained {
        let explained = Explained::default();
        generated::Explained::get(window).set_rows(explained.0.model());
        explained
    }

    pub(super) fn show(&self, window: &AppWindow, till: &Till) {
        self.0.show(explaining::total(till));
        generated::Explained::get(window).set_total(till.money(till.sale.basket().to_pay()).into());
    }
}
