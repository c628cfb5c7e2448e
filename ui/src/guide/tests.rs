use comptoir_core::sample;
use comptoir_fiscal::entry::Mode;
use comptoir_fiscal::values::Cents;

use super::{Intent as Guide, Step};
use crate::sale::{Edit, Intent};
use crate::stage::{Stage, Who};
use crate::till::{Intent as Do, Place};

fn school() -> Stage {
    let mut stage = Stage::of(sample::founding(Mode::Training).unwrap(), Who::Cashier);
    stage.act(Do::Guide(Guide::Begin));
    stage
}

fn step(stage: &Stage) -> Option<Step> {
    stage.till.guide.step()
}

#[test]
fn the_guided_sale_goes_on_as_each_touch_is_really_done_and_leaves_a_ticket() {
    let mut stage = school();
    assert_eq!(step(&stage), Some(Step::Article));
    stage.touch("baguette");
    assert_eq!(step(&stage), Some(Step::Line));
    stage.sale(Intent::Line(0));
    assert_eq!(step(&stage), Some(Step::More));
    stage.sale(Intent::Edit(Edit::More));
    assert_eq!(step(&stage), Some(Step::Close));
    stage.sale(Intent::Edit(Edit::Close));
    assert_eq!(step(&stage), Some(Step::Cash));
    stage.sale(Intent::Cash(Cents::new(2000)));
    assert_eq!(step(&stage), Some(Step::Paper));
    stage.sale(Intent::Receipt(comptoir_core::printing::ReceiptChoice::None));
    assert_eq!(step(&stage), Some(Step::Done));
    let tickets = stage.tickets();
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0].lines[0].qty.get(), 2000);
    stage.act(Do::Guide(Guide::End));
    assert_eq!(step(&stage), None);
}

#[test]
fn what_is_undone_is_asked_for_again() {
    let mut stage = school();
    stage.touch("baguette");
    stage.sale(Intent::Line(0));
    stage.sale(Intent::Edit(Edit::Close));
    assert_eq!(step(&stage), Some(Step::Line));
    stage.sale(Intent::Undo);
    assert_eq!(step(&stage), Some(Step::Article));
}

#[test]
fn whoever_knows_the_way_may_take_a_shorter_one() {
    let mut stage = school();
    stage.sell(&["baguette", "croissant"]);
    assert_eq!(step(&stage), Some(Step::Paper));
    stage.touch("baguette");
    assert_eq!(step(&stage), Some(Step::Done));
}

#[test]
fn in_real_sales_the_till_turns_to_school_mode_first() {
    let mut stage = Stage::with(Who::Manager);
    stage.act(Do::Go(Place::Help));
    stage.act(Do::Guide(Guide::Begin));
    assert_eq!(stage.turned, Some((Mode::Training, false)));
    assert_eq!(step(&stage), None);
}
