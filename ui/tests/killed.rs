//! A service by taps that is killed at each of them: the till comes back with the ticket on the counter, what was taken
//! for it, the tickets that wait, and every ticket that was sealed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hand;

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use comptoir_ui::lock;
use comptoir_ui::till::{Intent, Place};
use hand::{Hand, SHAPES};

/// Names the folder of the shop to whoever is to be killed.
const FOLDER: &str = "COMPTOIR_KILLED_IN";
/// Begins each line in which it says how things stand.
const STANDS: &str = "stands: ";

/// One touch of the service.
enum Touch {
    Scan(&'static str),
    Tap(&'static str),
    Key(&'static str),
}

/// Two tickets: the first is reduced and put aside, the second is paid by cheque and cash, then the first is taken up.
const SERVICE: &[Touch] = &[
    Touch::Scan("Baguette de tradition"),
    Touch::Scan("Croissant au beurre"),
    Touch::Tap("1 × Baguette de tradition"),
    Touch::Tap("10% off"),
    Touch::Tap("Close: "),
    Touch::Tap("Hold the ticket"),
    Touch::Scan("Confiture de fraise 370 g"),
    Touch::Scan("Baguette de tradition"),
    Touch::Tap("Other means of payment"),
    Touch::Tap("Cheque"),
    Touch::Key("1"),
    Touch::Key("00"),
    Touch::Tap("Take €1.00 by cheque"),
    Touch::Tap("Take €"),
    Touch::Tap("Held tickets: 1"),
    Touch::Tap(""),
    Touch::Tap("Cash €"),
];

fn touch(hand: &mut Hand, touch: &Touch) {
    match touch {
        Touch::Scan(label) => {
            let sku = hand.sku_of(label);
            hand.scan(&sku);
        }
        // The card of the one ticket that waits ends in its total.
        Touch::Tap("") => hand.tap_where(|label| label.contains(", €") && !label.starts_with("Cash")),
        Touch::Tap(label) => hand.tap(label),
        Touch::Key(key) => hand.key(key),
    }
}

/// What must not be lost, as the register has it and as the screens show it.
fn standing(hand: &Hand) -> String {
    let shown = hand.rehearsal.screens().with(|till| {
        let items = till.sale().basket().items().map(|item| (item.sku.to_owned(), item.qty.get(), item.total.get()));
        format!("{:?}", items.collect::<Vec<_>>())
    });
    let known = hand.rehearsal.register(|register| {
        let sealed = register.journal().standing().next_number(comptoir_fiscal::nf525::Chain::T) - 1;
        let waiting = register.held().unwrap().iter().filter(|ticket| !ticket.on_counter).count();
        let taken = register.on_counter().unwrap().and_then(|ticket| ticket.paying);
        format!("{sealed} sealed, {waiting} waiting, taken {:?}", taken.map(|paid| paid.taken))
    });
    format!("{} {shown}", known.unwrap())
}

/// The till that is killed: touches once whenever it is told to, and says how things stand.
#[test]
#[ignore = "it is run, and killed, by the others"]
fn a_till_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    i_slint_backend_testing::init_no_event_loop();
    let mut hand = Hand::within(&folder, SHAPES[0]);
    for next in SERVICE {
        let mut word = String::new();
        std::io::stdin().read_line(&mut word).unwrap();
        touch(&mut hand, next);
        println!("\n{STANDS}{}", standing(&hand));
        std::io::stdout().flush().unwrap();
    }
}

struct Till {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Till {
    fn start(folder: &Path) -> Till {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_till_that_is_killed", "--ignored", "--nocapture"]).env(FOLDER, folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Till { child, said }
    }

    fn order(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
    }

    fn hear(&mut self) -> String {
        let said = self.said.by_ref().map(Result::unwrap);
        said.filter_map(|line| line.strip_prefix(STANDS).map(str::to_owned)).next().unwrap()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// How the till stands after a restart, and where it is.
fn after_restart(folder: &Path) -> (String, Place) {
    let hand = Hand::again(folder, SHAPES[0]);
    hand.rehearsal.screens().update(Intent::Door(lock::Intent::Who(2)));
    hand.rest();
    let place = hand.rehearsal.screens().with(|till| till.place());
    (standing(&hand), place)
}

#[test]
fn a_till_that_is_killed_at_any_touch_comes_back_where_it_was() {
    i_slint_backend_testing::init_no_event_loop();
    let mut before = String::new();
    for touches in 1..=SERVICE.len() {
        let folder = tempfile::tempdir().unwrap();
        let mut till = Till::start(folder.path());
        let mut stood = String::new();
        for _ in 0..touches {
            till.order();
            stood = till.hear();
        }
        till.kill();
        let (stands, place) = after_restart(folder.path());
        assert_eq!(stands, stood, "killed after touch {touches}");
        assert_eq!(place == Place::Pay, stood.contains("taken Some"), "killed after touch {touches}");
        before = stood;
    }
    assert!(before.starts_with("2 sealed, 0 waiting, taken None"), "{before}");
}

#[test]
fn a_till_that_is_killed_within_a_touch_has_all_of_it_or_nothing() {
    i_slint_backend_testing::init_no_event_loop();
    let mut whole = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let mut till = Till::start(folder.path());
    for _ in SERVICE {
        till.order();
        whole.push(till.hear());
    }
    till.kill();
    // The touches that change most on the disk: a line, the hold, the payment, the seal.
    for (touches, wait) in [(1, 3), (5, 5), (5, 20), (12, 5), (13, 2), (13, 10), (13, 30), (16, 10), (16, 25)] {
        let folder = tempfile::tempdir().unwrap();
        let mut till = Till::start(folder.path());
        for _ in 0..touches {
            till.order();
            till.hear();
        }
        till.order();
        std::thread::sleep(Duration::from_millis(wait));
        till.kill();
        let (stands, _) = after_restart(folder.path());
        let (before, after) = (&whole[touches - 1], &whole[touches]);
        assert!(stands == *before || stands == *after, "{stands} is neither {before} nor {after}");
    }
}
