//! The customers of the sample day who need no telling: who buys what, and pays how. Drawn from fixed numbers, so that
//! every sample day is the same.

use comptoir_core::basket::Basket;
use comptoir_core::sample::{BARISTA, CASHIER};
use comptoir_core::settlement::Due;
use comptoir_core::tender::{TenderRequest, suggestions};
use comptoir_fiscal::entry::SaleMode;
use comptoir_fiscal::values::Cents;

use super::counter::{Counter, CounterError};

/// Numbers that look drawn and are always the same (Knuth's MMIX).
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new() -> Draw {
        Draw(0x5eed)
    }

    /// The next number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const WEIGHED: [&str; 10] =
    ["POM-GAL", "BAN-CAV", "TOM-GRA", "CAR-SAB", "PDT-CHA", "COM-18M", "BRI-MEA", "JAM-BLA", "ROS-TRA", "CHA-PAR"];
const GROCERIES: [&str; 28] = [
    "BAG-TRA", "PAI-CAM", "LAI-DEM", "BEU-250", "OEU-6", "YAO-NAT", "CAM-250", "PAT-500", "RIZ-1KG", "HUI-OLI",
    "MOU-DIJ", "SAR-HUI", "PAT-400", "CON-FRA", "CAF-250", "THE-25", "BIS-BEU", "CHO-NOI", "CHO-LAI", "EAU-150",
    "JUS-ORA", "VIN-RHO", "CID-BRU", "BIE-AMB", "LIQ-VAI", "PAP-6", "QUO-REG", "HEB-ACT",
];
const SNACKS: [&str; 8] = ["SAN-JAM", "SAN-POU", "CRO-MON", "QUI-LOR", "SAL-NIC", "SOU-JOU", "PLA-JOU", "FRI-BAR"];
const DRINKS: [&str; 8] = ["CAF-EXP", "CAF-CRE", "EAU-50", "COL-33", "VER-VIN", "ORA-PRE", "THE-TAS", "PRE-25"];

/// The next customer: at the grocery's till or, around noon, at the snack bar.
pub(super) fn serve(counter: &Counter, draw: &mut Draw, noon: bool) -> Result<(), CounterError> {
    let at_the_bar = noon || draw.below(4) == 0;
    let (operator, basket) =
        if at_the_bar { (BARISTA, meal(counter, draw)?) } else { (CASHIER, groceries(counter, draw)?) };
    let due = pay(counter.due(basket)?, draw)?;
    counter.settle(operator, due)?;
    counter.wait(i64::try_from(240 + draw.below(420)).unwrap_or(240));
    Ok(())
}

fn groceries(counter: &Counter, draw: &mut Draw) -> Result<Basket, CounterError> {
    let mut basket = counter.basket(None);
    for _ in 0..1 + draw.below(8) {
        if draw.below(3) == 0 {
            let grams = i64::try_from(120 + draw.below(900)).unwrap_or(500);
            counter.weigh(&mut basket, draw.one_of(&WEIGHED), grams)?;
        } else {
            let pieces = if draw.below(4) == 0 { 2 } else { 1 };
            counter.tap(&mut basket, draw.one_of(&GROCERIES), pieces)?;
        }
    }
    Ok(basket)
}

fn meal(counter: &Counter, draw: &mut Draw) -> Result<Basket, CounterError> {
    let mode = if draw.below(2) == 0 { SaleMode::EatIn } else { SaleMode::Takeaway };
    let mut basket = counter.basket(Some(mode));
    for _ in 0..1 + draw.below(2) {
        counter.tap(&mut basket, draw.one_of(&SNACKS), 1)?;
    }
    for _ in 0..draw.below(3) {
        counter.tap(&mut basket, draw.one_of(&DRINKS), 1)?;
    }
    Ok(basket)
}

fn pay(mut due: Due, draw: &mut Draw) -> Result<Due, CounterError> {
    let eligible = due.basket().meal_voucher_total().min(Cents::new(2500)).min(due.left());
    match draw.below(10) {
        0..=2 => {
            let notes = suggestions(due.left());
            let handed = notes[draw.below(notes.len())];
            due.tender(TenderRequest::Cash { handed, over_limit: None })?;
        }
        3 if eligible.is_positive() => {
            due.tender(TenderRequest::MealVoucherCard { amount: eligible, reference: None })?;
        }
        4 => {
            let amount = due.left();
            due.tender(TenderRequest::Cheque { amount, reference: None })?;
        }
        _ => {}
    }
    if due.left().is_positive() {
        let amount = due.left();
        due.tender(TenderRequest::Card { amount, reference: None })?;
    }
    Ok(due)
}
