//! Papers: originals, refusals and numbered duplicates, each recorded; a queue that outlives the program.

use comptoir_core::basket::Issue;
use comptoir_core::paper::picture::draw;
use comptoir_core::paper::text::text;
use comptoir_core::paper::{Block, Paper, Width};
use comptoir_core::printing::{JobState, PaperOf, PaperSettings, PrintJob, ReceiptChoice};
use comptoir_core::register::{Command, PayBack, Refusal, SettingsChange};
use comptoir_fiscal::entry::{Body, CashType, Event, Merchant, Mode, OriginalKind, Period, Store, Ticket};
use comptoir_fiscal::language::{Language, Translations};
use comptoir_fiscal::receipt::Receipt;

use crate::shop::{Till, cash, cents, chosen, copy, founding};

fn french() -> Translations {
    Translations::new(Language::French, &[comptoir_core::FRENCH]).unwrap()
}

pub(crate) fn shown(till: &mut Till, of: &PaperOf) -> String {
    text(&till.register().preview(of, &french()).unwrap(), Width::Wide).replace(['\u{202f}', '\u{a0}'], " ")
}

fn of(till: &mut Till, ticket: &Ticket) -> PaperOf {
    PaperOf::Ticket(till.reference(ticket))
}

fn trail(till: &mut Till) -> Vec<String> {
    let line = |body: Body| match body {
        Body::Event(Event { code: code @ (150 | 156 | 917 | 919 | 920), detail, .. }) => {
            Some(format!("{code} {}", detail.unwrap_or_default()))
        }
        Body::Duplicate(duplicate) => {
            Some(format!("{:?} {} copy {}", duplicate.of.kind, duplicate.of.number, duplicate.copy))
        }
        _ => None,
    };
    till.entries().into_iter().filter_map(|entry| line(entry.body)).collect()
}

fn codes(paper: &Paper) -> Vec<String> {
    let code = |block: &Block| if let Block::Code(code) = block { Some(code.clone()) } else { None };
    paper.blocks.iter().filter_map(code).collect()
}

#[test]
fn a_ticket_bears_all_that_the_law_asks_for_and_the_code_of_its_entry() {
    let mut till = Till::founded();
    let farewell = Some("À bientôt".to_owned());
    till.register().set_papers(&PaperSettings { width: Width::Narrow, farewell }).unwrap();
    let ticket = till.sell(&[("CAFE", 2000), ("POMME", 1500), ("VASE", 1000)], &[cash(5000)]);
    let paper = of(&mut till, &ticket);
    let printed = shown(&mut till, &paper);
    for mention in [
        "Exemple",
        "1 rue de l'Exemple, 75000 Paris",
        "SIRET 000 000 000 00000 · NAF 4711F",
        "N° TVA FR00000000000",
        "Vente",
        "01-T-00000001",
        "20/11/2026 à 10:00:00",
        "Caisse 01",
        "Servi par Exemple cashier",
        "Exemple CAFE",
        "2 × 2,50 €",
        "1,5 kg × 2,99 €/kg",
        "5,00 B",
        "4,49 A",
        "29,90 C",
        "TOTAL TTC",
        "39,39 €",
        "Espèces",
        "50,00",
        "Rendu monnaie",
        "10,61",
        "A 5,5 %",
        "4,26",
        "0,23",
        "Lignes : 3",
        "comptoir 0.1.0",
        "À bientôt",
    ] {
        assert!(printed.contains(mention), "{mention} is not on\n{printed}");
    }
    let sig = &ticket.nf525.sig;
    let extract: String = [2, 6, 12, 18].iter().map(|place| sig.as_bytes()[*place] as char).collect();
    assert!(printed.contains(&format!("Signature {extract}")), "{printed}");
    let preview = till.register().preview(&paper, &french()).unwrap();
    let receipt = Receipt::parse(&codes(&preview)[0]).unwrap();
    let PaperOf::Ticket(reference) = paper else { panic!() };
    let sealed = till.register().ticket(reference).unwrap();
    assert_eq!((receipt.seq, receipt.hash, receipt.sig), (sealed.entry.seq, sealed.hash, sealed.sig));
    assert!(trail(&mut till).is_empty(), "looking at a paper is no print");
    till.end();
}

#[test]
fn the_first_print_with_its_sale_is_the_original_and_all_others_are_numbered_duplicates() {
    let mut till = Till::founded();
    assert_eq!(till.register().receipt_choices(), [ReceiptChoice::None, ReceiptChoice::Print, ReceiptChoice::Code]);
    let first = till.sell_coffee();
    let (paper, reference) = (of(&mut till, &first), till.reference(&first));
    till.ask_as("cashier", Command::Print(paper.clone())).unwrap();
    till.ask_as("cashier", Command::Print(paper.clone())).unwrap();
    till.ask_as("cashier", Command::Print(paper.clone())).unwrap();
    let second = till.sell_coffee();
    let (late, refused) = (of(&mut till, &second), till.reference(&second));
    till.ask_as("cashier", Command::NoPaper(refused)).unwrap();
    // Wanted after all, while it is still the newest: the sale's own paper.
    till.ask_as("cashier", Command::Print(late)).unwrap();
    let third = till.sell_coffee();
    till.sell_coffee();
    let too_late = of(&mut till, &third);
    till.ask_as("cashier", Command::Print(too_late)).unwrap();
    assert_eq!(
        trail(&mut till),
        [
            "917 01-T-00000001",
            "Ticket 1 copy 1",
            "Ticket 1 copy 2",
            "920 01-T-00000002",
            "917 01-T-00000002",
            "Ticket 3 copy 1"
        ]
    );
    let issues = till.register().issues(reference).unwrap();
    assert_eq!((issues.printed, issues.refused, issues.copies), (1, 0, 2));

    let queue = till.register().print_queue().unwrap();
    let copies: Vec<Option<u64>> = queue.iter().map(|job| job.copy).collect();
    assert_eq!(copies, [None, Some(1), Some(2), None, Some(1)]);
    let original = text(&till.register().paper(&queue[0], &french()).unwrap(), Width::Wide);
    let duplicate = text(&till.register().paper(&queue[2], &french()).unwrap(), Width::Wide);
    assert!(!original.contains("DUPLICATA"));
    assert!(duplicate.contains("DUPLICATA n°\u{a0}2") || duplicate.contains("DUPLICATA n° 2"), "{duplicate}");
    assert!(duplicate.contains("01-D-00000002") && duplicate.contains("Signature du duplicata"), "{duplicate}");
    let day = &till.register().journal().standing().day;
    assert_eq!((day.sales, day.duplicates), (4, 3), "a duplicate counts no sale");
    till.end();
}

#[test]
fn the_code_of_a_ticket_is_shown_instead_of_a_paper_and_finds_it_again() {
    let mut till = Till::founded();
    let first = till.sell_coffee();
    let (paper, reference) = (of(&mut till, &first), till.reference(&first));
    till.ask_as("cashier", Command::ShowCode(reference)).unwrap();
    let code = till.register().ticket_code(reference).unwrap();
    assert_eq!(codes(&till.register().preview(&paper, &french()).unwrap()), std::slice::from_ref(&code));
    assert_eq!(till.register().ticket_by_code(&code).unwrap().ticket, reference);
    // Wanted on paper after all: nothing was printed yet.
    till.ask_as("cashier", Command::Print(paper)).unwrap();
    assert_eq!(trail(&mut till), ["919 01-T-00000001", "917 01-T-00000001"]);
    till.end();
}

#[test]
fn what_waits_for_the_printer_outlives_the_program_and_an_outage_is_recorded_once() {
    let mut till = Till::founded();
    for _ in 0..3 {
        let ticket = till.sell_coffee();
        let paper = of(&mut till, &ticket);
        till.ask_as("cashier", Command::Print(paper)).unwrap();
    }
    till.crash();
    let ids: Vec<_> = till.register().print_queue().unwrap().iter().map(|job| job.id).collect();
    assert_eq!(ids.len(), 3);
    for _ in 0..2 {
        let job = till.register().next_to_print().unwrap().unwrap();
        assert_eq!(job.id, ids[0]);
        till.register().not_printed(job.id, "no paper").unwrap();
    }
    assert_eq!(till.events().iter().filter(|code| **code == 150).count(), 1);
    let job = till.register().next_to_print().unwrap().unwrap();
    till.register().printed(job.id).unwrap();

    // The till stops while the printer has a paper: nobody knows whether it came out, so it is not printed by itself.
    let uncertain = till.register().next_to_print().unwrap().unwrap();
    till.crash();
    let queue = till.register().print_queue().unwrap();
    assert_eq!(queue.iter().map(|job| job.state).collect::<Vec<_>>(), [JobState::Printing, JobState::Waiting]);
    assert_eq!(till.register().next_to_print().unwrap().unwrap().id, ids[2]);
    till.register().printed(ids[2]).unwrap();
    till.register().not_printed(uncertain.id, "the till stopped").unwrap();
    assert_eq!(till.register().next_to_print().unwrap().unwrap().id, uncertain.id);
    till.register().printed(uncertain.id).unwrap();
    assert_eq!(till.register().print_queue().unwrap(), Vec::<PrintJob>::new());
    assert!(till.register().next_to_print().unwrap().is_none());
    till.end();
}

#[test]
fn a_duplicate_has_a_gate_and_nothing_unknown_is_printed() {
    let mut till = Till::founded();
    let ticket = till.sell_coffee();
    let paper = of(&mut till, &ticket);
    assert!(matches!(till.ask_as("auditor", Command::Print(paper.clone())), Err(Refusal::Gate(_))));
    let PaperOf::Ticket(mut other) = paper else { panic!() };
    other.number = 99;
    let before = till.state();
    for unknown in [
        PaperOf::Ticket(other),
        PaperOf::Note(1),
        PaperOf::Closing { period: Period::Month, number: 1 },
        PaperOf::Cash(0),
        PaperOf::Cash(u64::MAX),
        PaperOf::Voucher { ticket: till.reference(&ticket), code: "00000-00000-0".to_owned() },
    ] {
        let refusal = till.ask(Command::Print(unknown)).unwrap_err();
        assert!(matches!(refusal, Refusal::NothingToPrint | Refusal::UnknownTicket { .. }), "{refusal}");
    }
    assert!(matches!(till.ask(Command::NoPaper(other)), Err(Refusal::UnknownTicket { .. })));
    assert_eq!(till.state(), before);
    assert!(till.register().print_queue().unwrap().is_empty());
    till.end();
}

#[test]
fn every_paper_of_a_day_is_laid_out_and_drawn() {
    let mut till = Till::founded();
    let movement =
        |movement, amount| Command::MoveCash { movement, amount: cents(amount), reason: Some("test".into()) };
    till.ask(movement(CashType::Float, 10_000)).unwrap();
    let float = till.register().journal().standing().size() - 1;
    let sold = till.sell(&[("VASE", 2000)], &[cash(6000)]);
    let sale = till.reference(&sold);
    let back = till
        .ask(Command::Return {
            of: sale,
            chosen: vec![chosen(1, 1000)],
            pay_back: vec![PayBack::CreditNote],
            reason: "fêlé".to_owned(),
        })
        .unwrap();
    let returned = till.reference(back.ticket().unwrap());
    let code = till.register().new_voucher_code().unwrap();
    let mut basket = till.basket(&[]);
    basket.issue(Issue::GiftVoucher { code: code.clone(), amount: cents(3000) }).unwrap();
    let settled = till.settled(basket, &[]);
    let gift = till.ask(Command::Sell(Box::new(settled))).unwrap();
    let gift = till.reference(gift.ticket().unwrap());
    till.ask(Command::CountCash { counted: cents(15_000), coins: vec![], replaces: None, reason: None }).unwrap();
    let count = till.register().journal().standing().size() - 1;
    let reading = shown(&mut till, &PaperOf::Reading);
    till.ask(Command::CloseDay).unwrap();
    let day = PaperOf::Closing { period: Period::Day, number: 1 };

    for (paper, mentions) in [
        (PaperOf::Cash(float), vec!["Fond de caisse", "100,00 €", "Motif : test"]),
        (PaperOf::Ticket(returned), vec!["Retour", "Concerne le ticket 01-T-00000001", "Motif : fêlé", "-29,90 €"]),
        (PaperOf::Voucher { ticket: returned, code: back.vouchers[0].code.to_string() }, vec!["AVOIR", "29,90 €"]),
        (PaperOf::Ticket(gift), vec!["Bon cadeau vendu", "À payer", "30,00 €"]),
        (PaperOf::Voucher { ticket: gift, code: code.to_string() }, vec!["BON CADEAU", "20/11/2027"]),
        (PaperOf::Cash(count), vec!["Comptage du tiroir", "Attendu dans le tiroir", "159,80", "-9,80"]),
        (day.clone(), vec!["Z — clôture du jour", "Fond de caisse × 1", "Écart", "Total perpétuel absolu", "89,70"]),
    ] {
        let printed = shown(&mut till, &paper);
        for mention in mentions {
            assert!(printed.contains(mention), "{mention} is not on\n{printed}");
        }
        let laid_out = till.register().preview(&paper, &french()).unwrap();
        for width in [Width::Narrow, Width::Wide] {
            assert!(draw(&laid_out, width).unwrap().png().unwrap().starts_with(b"\x89PNG"));
        }
    }
    assert!(reading.contains("X — lecture, sans clôture") && reading.contains("29,90 €"), "{reading}");
    assert!(!reading.contains("159,80") && !reading.contains("Attendu"), "an X keeps the count blind: {reading}");

    till.ask(Command::Print(day.clone())).unwrap();
    till.ask(Command::Print(day)).unwrap();
    let entries = till.entries();
    let Body::Duplicate(duplicate) = &entries.last().unwrap().body else { panic!("no duplicate of the Z") };
    assert_eq!((duplicate.of.kind, duplicate.of.period), (OriginalKind::Closing, Some(Period::Day)));
    till.end();
}

#[test]
fn an_x_shows_what_stood_when_it_was_asked_for() {
    let mut till = Till::founded();
    till.sell_coffee();
    till.ask(Command::Print(PaperOf::Reading)).unwrap();
    till.sell_coffee();
    let job = till.register().next_to_print().unwrap().unwrap();
    let printed = text(&till.register().paper(&job, &french()).unwrap(), Width::Wide);
    assert!(printed.contains("2,50\u{a0}€") && !printed.contains("5,00\u{a0}€"), "{printed}");
    till.end();
}

#[test]
fn a_paper_bears_the_settings_of_its_own_time() {
    let mut till = Till::founded();
    let before = till.sell_coffee();
    let store = Store { address: "2 rue Neuve".to_owned(), id: "1".to_owned(), name: "Exemple neuf".to_owned() };
    let change = SettingsChange { store: Some(store), ..SettingsChange::default() };
    till.ask_as("owner", Command::ChangeSettings(Box::new(change))).unwrap();
    let after = till.sell_coffee();
    let (before, after) = (of(&mut till, &before), of(&mut till, &after));
    assert!(shown(&mut till, &before).contains("1 rue de l'Exemple"));
    assert!(shown(&mut till, &after).contains("2 rue Neuve"));
    till.end();
}

#[test]
fn a_ticket_of_a_journal_that_was_left_is_copied_under_event_156() {
    let mut till = Till::founded();
    let ticket = till.sell_coffee();
    let old = till.register().id();
    let paper = of(&mut till, &ticket);
    till.stop();
    let kept = tempfile::tempdir().unwrap();
    copy(&till.journal_folder(old), kept.path());
    till.start();
    till.sell_coffee();
    till.stop();
    // Yesterday's file put back: the till goes on in a new journal.
    std::fs::copy(kept.path().join("journal.db"), till.journal_folder(old).join("journal.db")).unwrap();
    till.start();
    assert_ne!(till.register().id(), old);
    till.ask(Command::Print(paper.clone())).unwrap();
    till.ask(Command::Print(paper)).unwrap();
    let detail = format!("156 01-T-00000001 ({old})");
    assert_eq!(trail(&mut till), [detail.clone(), detail]);
    let queue = till.register().print_queue().unwrap();
    assert_eq!(queue.iter().map(|job| job.copy).collect::<Vec<_>>(), [Some(1), Some(2)]);
    let printed = text(&till.register().paper(&queue[1], &french()).unwrap(), Width::Wide);
    assert!(printed.contains("01-2-J-") && printed.contains("01-T-00000001"), "{printed}");
    till.end();
}

#[test]
fn every_paper_of_a_school_says_that_it_is_worth_nothing() {
    let mut till = Till::unfounded(0);
    let platform = till.platform();
    let founding = comptoir_core::register::Founding { mode: Mode::Training, ..founding() };
    let register = comptoir_core::register::Register::found(till.data(), founding, platform).unwrap();
    till.resume(register);
    let ticket = till.sell_coffee();
    let paper = of(&mut till, &ticket);
    for of in [paper, PaperOf::Reading] {
        let printed = shown(&mut till, &of);
        assert_eq!(printed.matches("ÉCOLE — FACTICE, SANS VALEUR").count(), 2, "{printed}");
    }
    till.end();
}

#[test]
fn a_ticket_without_vat_names_the_article_once_and_has_no_table_of_vat() {
    let mut till = Till::founded();
    let merchant = Merchant { vat_number: String::new(), ..till.register().settings().merchant.clone() };
    let change = SettingsChange { merchant: Some(merchant), ..SettingsChange::default() };
    till.ask_as("owner", Command::ChangeSettings(Box::new(change))).unwrap();
    let ticket = till.sell(&[("CAFE", 1000), ("VASE", 1000)], &[]);
    let paper = of(&mut till, &ticket);
    let printed = shown(&mut till, &paper);
    assert_eq!(printed.matches("293 B").count(), 1, "{printed}");
    for absent in ["2,50 A", "29,90 A", "Exonér", "N° TVA"] {
        assert!(!printed.contains(absent), "{absent} stands on\n{printed}");
    }
    assert!(printed.contains("32,40"), "{printed}");
    till.end();
}
