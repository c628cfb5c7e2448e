//! Every screen as the gallery draws it, in French, at the three shapes: controls have names and room for a finger, ink
//! stands out from its ground, and no words of ours are cut off.

#![allow(dead_code, unreachable_pub, reason = "the gallery uses all of its modules, a test some")]

#[path = "../examples/gallery/catalogue.rs"]
mod catalogue;
#[path = "../examples/gallery/drawer.rs"]
mod drawer;
#[path = "../examples/gallery/faults.rs"]
mod faults;
#[path = "../examples/gallery/first.rs"]
mod first;
#[path = "../examples/gallery/held.rs"]
mod held;
#[path = "../examples/gallery/help.rs"]
mod help;
#[path = "../examples/gallery/journal.rs"]
mod journal;
#[path = "../examples/gallery/mail.rs"]
mod mail;
#[path = "../examples/gallery/operators.rs"]
mod operators;
#[path = "../examples/gallery/portraits.rs"]
mod portraits;
#[path = "../examples/gallery/scenes.rs"]
mod scenes;
#[path = "../examples/gallery/settings.rs"]
mod settings;
#[path = "../examples/gallery/tickets.rs"]
mod tickets;

#[test]
fn no_screen_has_an_unnamed_or_small_control_faint_ink_or_words_that_are_cut_off() {
    let (mut count, mut wrong) = (0, Vec::new());
    let is_plain = |name: &str| !["-dark-", "-english-", "-large-"].iter().any(|variant| name.contains(variant));
    let drawn = scenes::draw_all(is_plain, |_, _, drawn| {
        for scenes::Drawn { name, faults, .. } in drawn {
            count += 1;
            wrong.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
        }
        Ok(())
    });
    assert_eq!(drawn.map_err(|error| error.to_string()), Ok(()));
    assert!(count > 200, "only {count} pictures were drawn");
    assert_eq!(wrong, Vec::<String>::new());
}
