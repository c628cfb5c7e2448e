use std::path::PathBuf;

use comptoir_core::data_folder::DataFolder;
use comptoir_core::outside::SetClock;
use comptoir_core::register::Register;
use comptoir_core::sample;
use comptoir_fiscal::entry::{Body, Genesis, Mode};
use comptoir_fiscal::language::Language;
use tempfile::TempDir;

use super::by_link::{Intent as ByLink, Offered};
use super::form::Entry;
use super::{Intent as Welcome, Step, view};
use crate::lock;
use crate::meeting::Met;
use crate::rehearsal::{BEGINS, Dice, platform};
use crate::till::{Intent, Look, Order, Till};

/// A device without a shop, which founds what it is asked for.
struct Device {
    till: Till,
    register: Option<Register>,
    folder: TempDir,
    /// What was asked of a back office: the link and the number, and the number that a place was to be taken under.
    asked: Vec<(String, u32)>,
    replaced: Vec<u32>,
    /// Who was asked who it is: the address, the code and the number.
    met: Vec<(String, String, u32)>,
}

impl Device {
    fn new() -> Device {
        let till = Till::welcome(Language::English, Look::default());
        let folder = tempfile::tempdir().unwrap();
        Device { till, register: None, folder, asked: Vec::new(), replaced: Vec::new(), met: Vec::new() }
    }

    fn found(&mut self, folder: PathBuf, founding: comptoir_core::register::Founding) {
        let platform = platform(&SetClock::at(BEGINS));
        match Register::found(DataFolder::of_sample(folder), founding, platform) {
            Ok(register) => {
                self.register = Some(register);
                self.till.begin_again();
            }
            Err(error) => self.till.not_founded(error.message()),
        }
    }

    fn act(&mut self, intent: Intent) {
        self.till.update(intent);
        loop {
            let orders = self.till.orders();
            if orders.is_empty() {
                return;
            }
            for order in orders {
                match order {
                    Order::Ask(task) => {
                        if let Some(reply) = self.register.as_mut().map(task) {
                            self.till.hear(reply);
                        }
                    }
                    Order::Aside(errand) => {
                        let reply = errand(&mut Dice::default());
                        self.till.hear(reply);
                    }
                    Order::Practise => {
                        self.found(self.folder.path().join("sample"), sample::founding(Mode::Training).unwrap());
                    }
                    Order::Found(founding) => self.found(self.folder.path().join("shop"), *founding),
                    Order::Meet { address, code, asked } => self.met.push((address, code, asked)),
                    Order::AskByLink { link, asked } => self.asked.push((link, asked)),
                    Order::OpenByLink { asked } => self.replaced.push(asked),
                    _ => {}
                }
            }
        }
    }

    fn welcome(&mut self, intent: Welcome) {
        self.act(Intent::Welcome(intent));
    }

    fn fill(&mut self, fields: &[(Entry, &str)]) {
        for (entry, text) in fields {
            self.welcome(Welcome::Type(*entry, (*text).to_owned()));
        }
    }

    fn pin(&mut self, digits: &str) {
        for digit in digits.chars() {
            self.welcome(Welcome::Digit(digit));
        }
        self.welcome(Welcome::Enter);
    }

    fn step(&self) -> Option<Step> {
        self.till.welcome.as_ref().map(|welcome| welcome.step)
    }

    fn trouble(&self, entry: Entry) -> String {
        view::fields(&self.till)[entry as usize].trouble.to_string()
    }

    fn pin_trouble(&self) -> String {
        view::welcome(&self.till).pin_trouble.to_string()
    }

    /// Goes through the form up to its last step.
    fn fill_all(&mut self) {
        self.welcome(Welcome::Begin);
        let siret = "572 104 891 00013";
        self.fill(&[(Entry::Name, "Chez  Lucette SARL"), (Entry::Siret, siret), (Entry::Naf, "47.11b")]);
        self.welcome(Welcome::Next);
        self.fill(&[(Entry::Address, "1 place de l'Exemple, 49000 Angers")]);
        self.welcome(Welcome::Next);
        self.welcome(Welcome::Next);
        self.welcome(Welcome::Hour(-2));
        self.welcome(Welcome::Month(-3));
        self.welcome(Welcome::Next);
        self.fill(&[(Entry::Owner, "Lucette")]);
        self.pin("2580");
        self.pin("2580");
        self.welcome(Welcome::Next);
        assert_eq!(self.step(), Some(Step::Check));
    }

    fn genesis(&self) -> Genesis {
        match self.register.as_ref().unwrap().journal().entry(0).unwrap().entry.body {
            Body::Genesis(genesis) => *genesis,
            _ => panic!("a journal begins with its genesis"),
        }
    }
}

#[test]
fn a_shop_is_opened_with_what_was_typed_and_its_owner_signs_in_by_their_pin() {
    let mut device = Device::new();
    device.fill_all();
    device.welcome(Welcome::Next);
    let genesis = device.genesis();
    assert_eq!(genesis.mode, Mode::Live);
    assert_eq!(genesis.merchant.name, "Chez Lucette SARL");
    assert_eq!(genesis.merchant.siret, "57210489100013");
    assert_eq!(genesis.merchant.naf, "4711B");
    assert_eq!(genesis.merchant.vat_number, "FR80572104891");
    assert_eq!((genesis.store.name.as_str(), genesis.store.id.as_str()), ("Chez Lucette SARL", "00013"));
    assert_eq!((genesis.day_ends_at.to_string(), genesis.fiscal_year_starts.month()), ("03:00".to_owned(), 10));

    assert!(device.till.welcome.is_none() && device.till.who.is_none());
    device.act(Intent::Door(lock::Intent::Who(0)));
    assert!(device.till.who.is_none(), "the owner has a PIN");
    for digit in "2580".chars() {
        device.act(Intent::Door(lock::Intent::Digit(digit)));
    }
    device.act(Intent::Door(lock::Intent::Enter));
    assert_eq!(device.till.who.as_ref().map(|who| who.name.as_str()), Some("Lucette"));
}

#[test]
fn each_error_is_said_beside_its_field_and_nothing_is_left_with_one() {
    let mut device = Device::new();
    device.welcome(Welcome::Begin);
    assert_eq!(device.trouble(Entry::Siret), "", "nothing is wrong before anything was to be left");
    device.welcome(Welcome::Next);
    assert_eq!(device.step(), Some(Step::Business));
    assert!(device.trouble(Entry::Siret).contains("14 digits"));
    device.fill(&[(Entry::Name, "Chez Lucette"), (Entry::Siret, "57210489100014"), (Entry::Naf, "4711")]);
    assert!(device.trouble(Entry::Name).is_empty());
    assert!(device.trouble(Entry::Siret).contains("is wrong"));
    assert!(device.trouble(Entry::Naf).contains("four digits and a letter"));
    device.fill(&[(Entry::Siret, "57210489100013"), (Entry::Naf, "4711B")]);
    device.welcome(Welcome::Next);
    assert_eq!(device.step(), Some(Step::Shop));
    device.fill(&[(Entry::Address, "Angers")]);
    device.welcome(Welcome::Next);
    device.fill(&[(Entry::VatNumber, "FR99572104891")]);
    device.welcome(Welcome::Next);
    assert_eq!(device.step(), Some(Step::Vat));
    assert!(device.trouble(Entry::VatNumber).contains("do not fit the SIREN"));
    device.welcome(Welcome::Franchise(true));
    device.welcome(Welcome::Next);
    assert_eq!(device.step(), Some(Step::Habits));
}

#[test]
fn a_pin_is_typed_twice_and_only_its_hash_stays() {
    let mut device = Device::new();
    device.welcome(Welcome::Begin);
    let welcome = device.till.welcome.as_mut().unwrap();
    welcome.step = Step::Owner;
    device.pin("1234");
    assert!(device.pin_trouble().contains("too easy"));
    device.pin("2580");
    assert!(!format!("{:?}", device.till.welcome).contains("2580"));
    device.pin("2581");
    assert!(device.pin_trouble().contains("differ"));
    device.pin("2580");
    device.pin("2580");
    let welcome = device.till.welcome.as_ref().unwrap();
    assert!(welcome.form.pin.is_some() && welcome.typed.is_empty());
    assert!(!format!("{welcome:?}").contains("2580"));
}

#[test]
fn without_a_pin_the_owner_step_is_not_left() {
    let mut device = Device::new();
    device.welcome(Welcome::Begin);
    device.till.welcome.as_mut().unwrap().step = Step::Owner;
    device.fill(&[(Entry::Owner, "Lucette")]);
    device.welcome(Welcome::Next);
    assert_eq!(device.step(), Some(Step::Owner));
    assert!(device.pin_trouble().contains("type it twice"));
}

#[test]
fn a_shop_without_vat_is_sealed_as_one() {
    let mut device = Device::new();
    device.fill_all();
    device.welcome(Welcome::Franchise(true));
    device.welcome(Welcome::Next);
    assert_eq!(device.genesis().merchant.vat_number, "");
    assert!(device.till.sale.takes_no_vat);
}

#[test]
fn the_sample_shop_opens_in_school_mode_and_begins_with_the_guided_sale() {
    let mut device = Device::new();
    device.welcome(Welcome::Practise);
    assert_eq!(device.genesis().mode, Mode::Training);
    assert!(device.till.welcome.is_none());
    assert_eq!(device.till.guide.step(), None, "nobody is at the till yet");
    device.act(Intent::Door(lock::Intent::Who(2)));
    assert_eq!(device.till.guide.step(), Some(crate::guide::Step::Article));
}

#[test]
fn from_the_sample_shop_ones_own_is_opened_later_and_going_back_leaves_it_as_it_was() {
    let mut device = Device::new();
    device.welcome(Welcome::Practise);
    device.act(Intent::Door(lock::Intent::Who(2)));
    device.act(Intent::Help(crate::help::Intent::OpenAShop));
    assert_eq!(device.step(), Some(Step::Business));
    device.welcome(Welcome::Back);
    assert_eq!(device.step(), None);
    assert!(device.till.who.is_some());
    device.act(Intent::Help(crate::help::Intent::OpenAShop));
    device.fill_all();
    device.welcome(Welcome::Next);
    assert_eq!(device.genesis().mode, Mode::Live);
}

#[test]
fn a_founding_that_fails_is_said_and_what_was_typed_stays() {
    let mut device = Device::new();
    std::fs::create_dir_all(device.folder.path().join("shop").join("journals")).unwrap();
    device.fill_all();
    device.welcome(Welcome::Next);
    assert!(device.register.is_none());
    assert!(device.till.toast.as_ref().is_some_and(|toast| toast.refused));
    assert_eq!(device.step(), Some(Step::Check));
    assert!(!device.till.welcome.as_ref().unwrap().waits);
}

fn offered() -> Offered {
    let until = Some("2026-11-23T19:42:10+01:00".parse().unwrap());
    Offered { label: "01".to_owned(), store: "Angers".to_owned(), entries: Some(1204), until }
}

#[test]
fn a_lost_tills_place_is_taken_only_once_what_is_held_of_it_was_shown() {
    let mut device = Device::new();
    device.welcome(Welcome::ByLink(ByLink::Begin));
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert!(view::welcome(&device.till).link_trouble.contains("link"));
    assert!(device.asked.is_empty(), "without a link nobody is asked");
    device.welcome(Welcome::ByLink(ByLink::Link(" https://caisse.example/enrol#A ".to_owned())));
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert_eq!(device.asked, [("https://caisse.example/enrol#A".to_owned(), 1)]);
    assert_eq!(view::welcome(&device.till).link_stage, 2);
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert_eq!((device.asked.len(), device.replaced.len()), (1, 0), "it waits");

    device.till.offered(1, Ok(offered()));
    let rows: Vec<String> = view::offered(&device.till).iter().map(|row| row.amount.to_string()).collect();
    assert_eq!(rows, ["Angers", "01", "1,204 entries", "23 Nov 2026 at 19:42:10"]);
    assert!(device.replaced.is_empty(), "nobody has said so yet");
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert_eq!(device.replaced, [1]);
    device.welcome(Welcome::Back);
    assert_eq!(view::welcome(&device.till).link_stage, 4, "what is being made is not left");

    // It could not be made: what is held still stands there, and can be tried again.
    device.till.not_founded(comptoir_fiscal::message!("January"));
    let view = view::welcome(&device.till);
    assert_eq!((view.link_stage, view.link_trouble.as_str(), view.waits), (3, "January", false));
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert_eq!(device.replaced, [1, 1]);
    device.found(device.folder.path().join("shop"), sample::founding(Mode::Live).unwrap());
    assert!(device.till.welcome.is_none(), "the till sells");
}

#[test]
fn an_address_and_a_code_are_typed_and_the_link_follows_once_the_words_are_the_same() {
    let mut device = Device::new();
    let typed = |text: &str| Welcome::ByLink(ByLink::Link(text.to_owned()));
    device.welcome(Welcome::ByLink(ByLink::Begin));
    device.welcome(typed("192.168.1.20:8443"));
    assert!(view::welcome(&device.till).link_wants_code);
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert!(view::welcome(&device.till).link_trouble.contains("code"));
    device.welcome(Welcome::ByLink(ByLink::Code("ABCD-EFGH".to_owned())));
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert_eq!(device.met, [("192.168.1.20:8443".to_owned(), "ABCD-EFGH".to_owned(), 1)]);
    assert_eq!(view::welcome(&device.till).link_stage, 5);

    let met = || Met { link: "https://192.168.1.20:8443/enrol#A".to_owned(), words: "basar bodud".to_owned() };
    device.till.met(1, Ok(met()));
    let view = view::welcome(&device.till);
    assert_eq!((view.link_stage, view.link_words.as_str()), (6, "basar bodud"));
    assert!(device.asked.is_empty(), "nobody has said that they are the same");
    // Others: back to what was typed, and an answer that comes late is nobody's.
    device.welcome(Welcome::Back);
    device.till.met(1, Ok(met()));
    assert_eq!(view::welcome(&device.till).link_stage, 1);
    device.welcome(Welcome::ByLink(ByLink::Next));
    let number = device.met[1].2;
    device.till.met(number, Err(comptoir_fiscal::message!("January")));
    let view = view::welcome(&device.till);
    assert_eq!((view.link_stage, view.link_trouble.as_str(), view.link_code.as_str()), (1, "January", "ABCD-EFGH"));
    device.welcome(Welcome::ByLink(ByLink::Next));
    let number = device.met[2].2;
    device.till.met(number, Ok(met()));
    device.welcome(Welcome::ByLink(ByLink::Next));
    assert_eq!(device.asked, [(met().link, 1)]);
}

#[test]
fn a_back_office_that_refuses_is_said_and_the_link_stays_to_be_corrected() {
    let mut device = Device::new();
    device.welcome(Welcome::ByLink(ByLink::Begin));
    device.welcome(Welcome::ByLink(ByLink::Link("https://caisse.example/enrol#A".to_owned())));
    device.welcome(Welcome::ByLink(ByLink::Next));
    device.till.offered(1, Err(comptoir_fiscal::message!("January")));
    let view = view::welcome(&device.till);
    assert_eq!((view.link_stage, view.link_trouble.as_str()), (1, "January"));
    assert_eq!(view.link, "https://caisse.example/enrol#A");
    device.welcome(Welcome::ByLink(ByLink::Link("https://caisse.example/enrol#B".to_owned())));
    assert_eq!(view::welcome(&device.till).link_trouble, "", "another link is another try");
}

#[test]
fn what_was_given_up_is_answered_to_nobody() {
    let mut device = Device::new();
    device.welcome(Welcome::ByLink(ByLink::Begin));
    device.welcome(Welcome::ByLink(ByLink::Link("https://caisse.example/enrol#A".to_owned())));
    device.welcome(Welcome::ByLink(ByLink::Next));
    device.welcome(Welcome::Back);
    assert_eq!(view::welcome(&device.till).link_stage, 1);
    device.till.offered(1, Ok(offered()));
    assert_eq!(view::welcome(&device.till).link_stage, 1, "it came too late");
    device.welcome(Welcome::ByLink(ByLink::Next));
    device.till.offered(1, Ok(offered()));
    assert_eq!(view::welcome(&device.till).link_stage, 2, "that was the first question's");
    device.welcome(Welcome::Back);
    device.welcome(Welcome::Back);
    let view = view::welcome(&device.till);
    assert_eq!((view.link_stage, view.step), (0, 0));
}

#[test]
fn a_scanned_link_asks_at_once_whatever_stands_in_the_field() {
    let mut device = Device::new();
    device.act(Intent::Scan("https://caisse.example/enrol#A".to_owned()));
    assert!(device.asked.is_empty(), "nobody has asked for it");
    device.welcome(Welcome::ByLink(ByLink::Begin));
    device.welcome(Welcome::ByLink(ByLink::Link("bonjourhttps://caisse.example/enrol#A".to_owned())));
    device.act(Intent::Scan("https://caisse.example/enrol#A".to_owned()));
    assert_eq!(device.asked, [("https://caisse.example/enrol#A".to_owned(), 1)]);
    device.act(Intent::Scan("https://caisse.example/enrol#B".to_owned()));
    assert_eq!(device.asked.len(), 1, "it is being asked already");
}
