//! From a touch or a key that is handed in to the frame that shows what it did.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use comptoir_core::search::Search;
use comptoir_ui::framebuffer::{Screen, Touch, back_key};
use comptoir_ui::rehearsal::Rehearsal;
use comptoir_ui::sale;
use comptoir_ui::till::Intent;
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};

use crate::Result;
use crate::figures::{Good, Times, budget, information, ms, timed};
use crate::shop::{self, Shop};

/// The limit of a frame, in seconds: sixty a second.
const FRAME: f64 = 0.0167;
/// The limit of what a key finds, in seconds.
const KEY: f64 = 0.005;
/// How many hits the screen asks for.
const HITS: usize = 200;
/// How often each thing is done.
const ROUNDS: usize = 200;
/// How many lines the large ticket has.
const LINES: usize = 1000;
/// How many codes are scanned within a second.
const BURST: usize = 20;

/// A hand before the screen, and the till behind it.
struct Hand<'s> {
    screen: &'s Screen,
    till: Rehearsal,
    /// Of the frames that were drawn once the register had answered.
    replies: Times,
    /// Of the frames that showed a key pressed.
    presses: Times,
}

impl<'s> Hand<'s> {
    fn at(screen: &'s Screen, folder: &Path) -> Result<Hand<'s>> {
        let till = shop::open(screen, folder)?;
        let mut hand = Hand { screen, till, replies: Times::default(), presses: Times::default() };
        hand.settle();
        Ok(hand)
    }

    /// Lets the register answer and everything that moves come to rest.
    fn settle(&mut self) {
        self.till.settle();
        let (_, time) = timed(|| self.screen.turn());
        self.replies.add(time);
        let began = Instant::now();
        while self.screen.turn() && began.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Time from handing something in to the frame that is drawn of it.
    fn frame(&mut self, touch: Touch) -> Duration {
        let began = Instant::now();
        self.screen.touch(touch);
        self.screen.turn();
        began.elapsed()
    }

    /// Taps; the time from lifting the finger.
    fn tap(&mut self, (x, y): (f32, f32)) -> Duration {
        let down = self.frame(Touch::Down(x, y));
        self.presses.add(down);
        let time = self.frame(Touch::Up(x, y));
        self.settle();
        time
    }

    fn act(&mut self, intent: sale::Intent) {
        self.till.screens().update(Intent::Sale(intent));
        self.settle();
    }

    fn buttons(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(self.till.screens().window()).match_accessible_role(AccessibleRole::Button).find_all()
    }

    /// The middles of the controls whose names are such.
    fn middles(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<(f32, f32)> {
        let wanted = |button: &&ElementHandle| button.accessible_label().is_some_and(|label| is_wanted(&label));
        let middle = |button: &ElementHandle| {
            let (at, size) = (button.absolute_position(), button.size());
            (at.x + size.width / 2.0, at.y + size.height / 2.0)
        };
        let on_screen = |(x, y): &(f32, f32)| (0.0..1280.0).contains(x) && (0.0..800.0).contains(y);
        self.buttons().iter().filter(wanted).map(middle).filter(on_screen).collect()
    }

    fn lines(&self) -> usize {
        self.till.screens().with(|till| till.sale().basket().items().count())
    }
}

/// Measures `tap_to_frame`, `search` and `burst`.
pub(crate) fn measure(screen: &Screen, shop: &Shop) -> Result<()> {
    let mut hand = Hand::at(screen, shop.folder())?;
    told("tile", &tiles(&mut hand, shop)?);
    told("category", &categories(&mut hand)?);
    told("scroll", &scrolled(&mut hand)?);
    search(&mut hand, shop)?;
    burst(&mut hand, shop)?;
    told("line", &large_ticket(&mut hand, shop)?);
    let beside = |times: &Times| format!("median_ms={} p95_ms={}", ms(times.median()), ms(times.at(95)));
    information("tap_to_frame", &format!("of=pressed {}", beside(&hand.presses)));
    information("tap_to_frame", &format!("of=reply {}", beside(&hand.replies)));
    Ok(())
}

fn told(what: &str, times: &Times) {
    let beside = format!(
        "of={what} p95_ms={} median_ms={} slowest_ms={} limit_ms=16.7 products={}",
        ms(times.at(95)),
        ms(times.median()),
        ms(times.at(100)),
        shop::PRODUCTS
    );
    budget("tap_to_frame", times.at(95) / FRAME, Good::Below, 1.0, &beside);
}

/// Tiles are touched one after the other; the ticket grows, and is given up now and then.
fn tiles(hand: &mut Hand<'_>, shop: &Shop) -> Result<Times> {
    let tiles = hand.middles(|label| {
        shop.catalogue().products().iter().take(60).any(|product| label.starts_with(product.label.as_str()))
    });
    if tiles.len() < 10 {
        return Err(format!("{} tiles are in sight", tiles.len()).into());
    }
    let mut times = Times::default();
    for (n, tile) in tiles.iter().cycle().take(ROUNDS).enumerate() {
        if n % 40 == 0 {
            hand.act(sale::Intent::Abandon);
        }
        let before = hand.till.screens().with(|till| till.sale().basket().to_pay());
        times.add(hand.tap(*tile));
        if hand.till.screens().with(|till| till.sale().basket().to_pay()) == before {
            return Err("a tile was touched and nothing was added".into());
        }
    }
    hand.act(sale::Intent::Abandon);
    Ok(times)
}

fn categories(hand: &mut Hand<'_>) -> Result<Times> {
    let keys: Vec<(f32, f32)> = ["All", "Fruits et légumes", "Crèmerie", "Boucherie"]
        .iter()
        .flat_map(|name| hand.middles(|label| label == *name))
        .collect();
    if keys.len() < 3 {
        return Err(format!("{} categories are in sight", keys.len()).into());
    }
    let mut times = Times::default();
    for key in keys.iter().cycle().skip(1).take(ROUNDS) {
        times.add(hand.tap(*key));
    }
    hand.act(sale::Intent::Category(0));
    Ok(times)
}

/// The grid is pushed up and down by a finger, and let go.
fn scrolled(hand: &mut Hand<'_>) -> Result<Times> {
    let mut times = Times::default();
    for n in 0..ROUNDS / 20 {
        let (from, step) = if n % 4 < 3 { (700.0, -22.0) } else { (260.0, 22.0) };
        hand.frame(Touch::Down(400.0, from));
        for at in 1..=20_u8 {
            times.add(hand.frame(Touch::Move(400.0, from + step * f32::from(at))));
        }
        times.add(hand.frame(Touch::Up(400.0, from + step * 20.0)));
        let began = Instant::now();
        // It slides on for a while.
        while began.elapsed() < Duration::from_millis(400) {
            let (drawn, time) = timed(|| hand.screen.turn());
            if drawn {
                times.add(time);
            }
            thread::sleep(Duration::from_millis(8));
        }
    }
    hand.settle();
    Ok(times)
}

/// Every key of names typed into the search: what it finds by itself, and the frame that shows it.
fn search(hand: &mut Hand<'_>, shop: &Shop) -> Result<()> {
    let index = Search::new(shop.catalogue());
    let (mut hits, mut frames) = (Times::default(), Times::default());
    for product in shop.catalogue().products().iter().step_by(shop::PRODUCTS / 40) {
        let mut typed = String::new();
        for letter in product.label.chars().filter(|letter| letter.is_alphanumeric()).take(8) {
            typed.push(letter);
            let (_, time) = timed(|| index.find(&typed, HITS).len());
            hits.add(time);
            frames.add(hand.frame(Touch::Key(letter.into())));
            // A person's keys: faster ones are a scanner's.
            thread::sleep(Duration::from_millis(60));
        }
        hand.settle();
        hand.frame(back_key());
        hand.settle();
    }
    let beside = |what: &str, times: &Times, limit: &str| {
        let (p95, median) = (ms(times.at(95)), ms(times.median()));
        format!("of={what} p95_ms={p95} median_ms={median} limit_ms={limit} products={}", shop::PRODUCTS)
    };
    budget("screens-search", hits.at(95) / KEY, Good::Below, 1.0, &beside("hits", &hits, "5"));
    budget("screens-search", frames.at(95) / FRAME, Good::Below, 1.0, &beside("frame", &frames, "16.7"));
    Ok(())
}

/// Twenty codes within a second, as a keyboard scanner types them: none is lost.
fn burst(hand: &mut Hand<'_>, shop: &Shop) -> Result<()> {
    let mut codes = shop.catalogue().products().iter().step_by(shop::PRODUCTS / BURST).take(BURST).map(shop::code_of);
    let keys: Vec<char> = codes.by_ref().flat_map(|code| code.chars().chain(['\n'])).collect();
    let gap = Duration::from_secs(1) / u32::try_from(keys.len())?;
    let began = Instant::now();
    for (n, key) in keys.iter().enumerate() {
        // They come at their times, however long a frame takes.
        let due = gap * u32::try_from(n)?;
        if let Some(early) = due.checked_sub(began.elapsed()) {
            thread::sleep(early);
        }
        hand.frame(Touch::Key((*key).into()));
        hand.till.settle();
    }
    hand.settle();
    let (taken, lines) = (began.elapsed().as_secs_f64(), hand.lines());
    let lost = BURST.saturating_sub(lines);
    let beside = format!("codes={BURST} lost={lost} lines={lines} took_ms={} limit_ms=1000", ms(taken));
    budget("burst", f64::from(u32::try_from(lost)?), Good::Below, 0.0, &beside);
    hand.act(sale::Intent::Abandon);
    Ok(())
}

/// A ticket of a thousand lines: its last one is opened, made more of, made less of, and put away.
fn large_ticket(hand: &mut Hand<'_>, shop: &Shop) -> Result<Times> {
    for product in shop.catalogue().products().iter().take(LINES) {
        hand.till.screens().update(Intent::Scan(shop::code_of(product).to_owned()));
        hand.till.settle();
    }
    hand.settle();
    if hand.lines() != LINES {
        return Err(format!("{} lines are on the ticket", hand.lines()).into());
    }
    let last = shop.catalogue().products().get(LINES - 1).map(|product| product.label.clone()).unwrap_or_default();
    let one =
        |found: Vec<(f32, f32)>, what: &str| found.last().copied().ok_or_else(|| format!("no {what} is in sight"));
    let mut times = Times::default();
    for _ in 0..ROUNDS / 8 {
        let line = one(hand.middles(|label| label.contains(&last) && label.contains('×')), "line")?;
        times.add(hand.tap(line));
        let more = one(hand.middles(|label| label == "More: quantity"), "key for one more")?;
        times.add(hand.tap(more));
        let less = one(hand.middles(|label| label == "Less: quantity"), "key for one less")?;
        times.add(hand.tap(less));
        times.add(hand.frame(back_key()));
        hand.settle();
    }
    Ok(times)
}
