use comptoir_core::mail::{MailFault, MailState};
use comptoir_core::operators::{Gate, Rank};

use super::setting::Edit;
use super::*;
use crate::device::Device;
use crate::lock;
use crate::stage::{Stage, Who};
use crate::till::Intent as Any;
use crate::{sale, tickets};

fn act(stage: &mut Stage, intent: Intent) {
    stage.act(Any::Mail(intent));
}

fn set(stage: &mut Stage, edit: Edit) {
    act(stage, Intent::Setting(edit));
}

fn server() -> MailServer {
    let typed =
        Typed { host: "smtp.example.fr".to_owned(), from: "boutique@example.fr".to_owned(), ..Typed::default() };
    MailServer::of(&typed).unwrap()
}

/// A till that can send, just after a sale.
fn sold() -> Stage {
    let mut stage = Stage::with(Who::Cashier);
    stage.till.mail.server = Some(server());
    stage.sell(&["baguette de tradition"]);
    stage
}

fn ask_and_send(stage: &mut Stage, ask: Intent, address: &str) {
    act(stage, ask);
    act(stage, Intent::Typed(address.to_owned()));
    act(stage, Intent::Send);
}

fn owner(stage: &mut Stage) {
    stage.act(Any::Lock);
    stage.act(Any::Door(lock::Intent::Who(0)));
    stage.act(Any::Go(Place::Settings));
    stage.act(Any::Settings(settings::Intent::Section(settings::Section::Mail)));
}

#[test]
fn a_sold_ticket_waits_in_the_queue_under_the_address_that_was_typed() {
    let mut stage = sold();
    ask_and_send(&mut stage, Intent::AskLast, " client@example.fr ");
    assert!(stage.till.mail.asking.is_none() && !stage.was_refused(), "{:?}", stage.till.toast);
    assert!(stage.till.sale.done.as_ref().unwrap().mailed);
    let queue = stage.register.mail_queue().unwrap();
    assert_eq!((queue.len(), queue[0].state, queue[0].copy), (1, MailState::Waiting, None));
    assert_eq!(queue[0].to.as_ref().map(Address::as_str), Some("client@example.fr"));
    assert_eq!(queue[0].language, comptoir_fiscal::language::Language::French);
    assert_eq!((stage.posts, stage.events(918).len()), (1, 0), "it is recorded once a server has it");
}

#[test]
fn what_is_no_address_is_said_at_the_field_and_nothing_waits() {
    let mut stage = sold();
    ask_and_send(&mut stage, Intent::AskLast, "client.example.fr");
    let asking = stage.till.mail.asking.clone().unwrap();
    assert!(asking.trouble.is_some() && !asking.waits);
    act(&mut stage, Intent::Typed("client".to_owned()));
    assert_eq!(stage.till.mail.asking.as_ref().unwrap().trouble, None);
    act(&mut stage, Intent::Close);
    assert!(stage.till.mail.asking.is_none() && stage.register.mail_queue().unwrap().is_empty());
}

#[test]
fn a_domain_is_put_after_the_name_in_place_of_what_was_begun() {
    assert_eq!(offered("client"), ["gmail.com", "orange.fr", "free.fr", "outlook.fr"]);
    assert_eq!(offered("client@o"), ["orange.fr", "outlook.fr"]);
    assert!(offered("client@free.fr").is_empty() && offered("client@exemple").is_empty());
    let mut stage = sold();
    act(&mut stage, Intent::AskLast);
    act(&mut stage, Intent::Typed("client@ou".to_owned()));
    act(&mut stage, Intent::Domain(0));
    assert_eq!(stage.till.mail.asking.as_ref().unwrap().typed, "client@outlook.fr");
}

#[test]
fn without_a_server_the_till_says_what_to_set_up() {
    let mut stage = sold();
    stage.till.mail.server = None;
    act(&mut stage, Intent::AskLast);
    assert!(stage.was_refused() && stage.till.mail.asking.is_none());
}

#[test]
fn in_school_no_address_is_asked_for_since_nothing_is_sent() {
    let mut stage = sold();
    stage.till.mode = Mode::Training;
    act(&mut stage, Intent::AskLast);
    assert_eq!(stage.till.toast.as_ref().map(|toast| &toast.message), Some(&Refusal::NothingLeavesSchool.message()));
    assert!(stage.till.mail.asking.is_none());
}

#[test]
fn a_ticket_of_the_history_goes_as_a_numbered_duplicate_once_it_was_handed_out() {
    let mut stage = sold();
    stage.sale(sale::Intent::Receipt(comptoir_core::printing::ReceiptChoice::Print));
    stage.act(Any::Go(Place::Tickets));
    stage.act(Any::Tickets(tickets::Intent::Open(0)));
    ask_and_send(&mut stage, Intent::AskOpen, "client@example.fr");
    let queue = stage.register.mail_queue().unwrap();
    assert_eq!((queue.len(), queue[0].copy), (1, Some(1)), "{:?}", stage.till.toast);
}

#[test]
fn a_server_is_kept_on_the_device_and_its_password_handed_to_whoever_keeps_it() {
    let mut stage = Stage::with(Who::Manager);
    owner(&mut stage);
    set(&mut stage, Edit::Host("smtp.example.fr".to_owned()));
    set(&mut stage, Edit::From("boutique".to_owned()));
    set(&mut stage, Edit::User("boutique".to_owned()));
    set(&mut stage, Edit::Password("secret-9".to_owned()));
    set(&mut stage, Edit::Keep);
    assert!(stage.was_refused(), "the address is none");
    set(&mut stage, Edit::From("boutique@example.fr".to_owned()));
    set(&mut stage, Edit::Encryption(1));
    set(&mut stage, Edit::Keep);
    assert!(!stage.was_refused(), "{:?}", stage.till.toast);
    let kept = Device::read(&stage.remembered, Device::default()).mail.unwrap();
    assert_eq!((kept.host.as_str(), kept.port, kept.user.as_deref()), ("smtp.example.fr", 465, Some("boutique")));
    assert_eq!(stage.passwords, [Some(Password::new("secret-9".to_owned()))]);
    assert!(!stage.remembered.contains("secret-9") && stage.till.mail.setting.password.is_empty());
    assert!(!stage.till.mail.setting.changes(stage.till.mail.server.as_ref()));

    // Without a name to sign in under there is no password to keep.
    set(&mut stage, Edit::User(String::new()));
    set(&mut stage, Edit::Keep);
    assert_eq!(stage.passwords.last(), Some(&None));
    set(&mut stage, Edit::Test);
    assert_eq!(stage.posts, 1);
    set(&mut stage, Edit::Forget);
    assert_eq!((Device::read(&stage.remembered, Device::default()).mail, &stage.till.mail.server), (None, &None));
}

#[test]
fn where_mails_go_is_not_changed_by_those_who_may_not_change_settings() {
    let mut stage = Stage::with(Who::Cashier);
    assert_eq!(stage.register.gates().rank(Gate::ChangeSettings), Rank::Owner);
    stage.act(Any::Go(Place::Settings));
    set(&mut stage, Edit::Host("smtp.example.fr".to_owned()));
    set(&mut stage, Edit::From("boutique@example.fr".to_owned()));
    set(&mut stage, Edit::Keep);
    assert!(stage.till.word.is_some() && stage.till.mail.server.is_none() && stage.passwords.is_empty());
}

#[test]
fn mails_that_wait_or_were_given_up_are_shown_and_can_be_given_up() {
    let mut stage = sold();
    ask_and_send(&mut stage, Intent::AskLast, "client@example.fr");
    owner(&mut stage);
    let [row] = view::jobs(&stage.till).try_into().unwrap();
    assert!(row.waits);
    assert_eq!(view::settings(&stage.till).tone, 1);
    set(&mut stage, Edit::Again);
    set(&mut stage, Edit::GiveUp(0));
    let [row] = view::jobs(&stage.till).try_into().unwrap();
    assert!(!row.waits && !row.state.is_empty());
    let queue = stage.register.mail_queue().unwrap();
    assert_eq!((queue[0].fault, &queue[0].to), (Some(MailFault::GivenUpByHand), &None));
    set(&mut stage, Edit::GiveUp(0));
    assert!(!stage.was_refused(), "what is given up is not given up again");
}

#[test]
fn what_the_server_said_shows_until_it_takes_mails_again() {
    let mut stage = sold();
    owner(&mut stage);
    let why = message!("given up");
    posted(&mut stage.till, Posted { put_off: 1, ..Posted::default() }, Some(why.clone()));
    assert_eq!(view::settings(&stage.till).tone, 2);
    assert!(!stage.was_refused());
    tried(&mut stage.till, Ok(()));
    assert_eq!(view::settings(&stage.till).tone, 0);
    posted(&mut stage.till, Posted { given_up: 1, ..Posted::default() }, Some(why));
    assert!(stage.was_refused());
}
