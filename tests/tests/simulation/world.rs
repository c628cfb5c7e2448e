//! A few devices, a back office and the network between them, step by step, with what goes wrong in between.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use comptoir_core::register::Suspicion;
use comptoir_fiscal::checkpoint::Checkpoint;
use comptoir_fiscal::key::DeviceKey;
use comptoir_fiscal::values::{Hash, RegisterId};
use comptoir_sync::message::{Head, Refused};
use comptoir_sync::push::{Heard, Next, Push, Till, Trouble};
use comptoir_sync::request::{self, CHECKPOINT, Method, Request, Response, decode_checkpoint, sign};
use tokio::runtime::Runtime;

use crate::draw::Draw;
use crate::journals::{History, Journal, Sums};
use crate::server::{BEGINS, Image, Server, witness};
use crate::till::{Device, MemoryTill, Planted};

/// How many steps a simulation has before everything that goes wrong stops.
const STEPS: usize = 100;
/// In how many rounds all devices must be in step after that, and with how many exchanges in one round.
const ROUNDS: usize = 3;
const EXCHANGES: usize = 60;

/// Three years, in seconds.
const YEARS: i64 = 3 * 365 * 86_400;

/// What may go wrong in one simulation.
#[derive(Clone, Copy, Debug)]
struct Faults {
    lost: bool,
    doubled: bool,
    late: bool,
    flipped: bool,
    answers: bool,
    restarts: bool,
    forgets: bool,
    crashes: bool,
    restores: bool,
    clocks: bool,
    foreign: bool,
    planted: Option<Plant>,
}

/// What is done to a till's journal.
#[derive(Clone, Copy, Debug)]
enum Plant {
    SecondDevice,
    PutBackAndWentOn,
    PutBack,
    Altered,
}

/// How often what happened.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

enum Packet {
    Ask { device: usize, id: u64, request: Request },
    Answer { device: usize, id: u64, response: Response },
}

struct World<'r> {
    draw: Draw,
    server: Server<'r>,
    now: u64,
    devices: Vec<Device>,
    limits: Vec<usize>,
    net: Vec<Packet>,
    held_back: Vec<Packet>,
    faults: Faults,
    is_planted: bool,
    backup: Option<Image>,
    restores: usize,
    /// How many entries of a journal the back office held before it was put back: so many it may lack without a lie.
    excused: BTreeMap<RegisterId, usize>,
    /// Which root the witness signed, by journal, restore and size.
    signed: BTreeMap<(RegisterId, usize, u64), Hash>,
    /// The largest size that it signed, by journal and restore.
    largest: BTreeMap<(RegisterId, usize), u64>,
    next_id: u64,
    counts: Counts,
}

/// Runs the simulation of a seed, and counts what happened. It panics where something is not as it must be.
pub(crate) fn run(seed: u64, folder: &Path, enrolled: &Image, journals: &[Arc<Journal>], runtime: &Runtime) -> Counts {
    let mut draw = Draw::new(seed);
    let faults = faults(&mut draw);
    let mut world = World {
        server: Server::begin(folder, enrolled, runtime),
        now: BEGINS + 60,
        devices: Vec::new(),
        limits: Vec::new(),
        net: Vec::new(),
        held_back: Vec::new(),
        faults,
        is_planted: false,
        backup: None,
        restores: 0,
        excused: BTreeMap::new(),
        signed: BTreeMap::new(),
        largest: BTreeMap::new(),
        next_id: 0,
        counts: Counts::new(),
        draw,
    };
    for journal in journals {
        world.add(journal.clone());
    }
    for _ in 0..STEPS {
        world.step();
    }
    world.come_to_rest();
    world.check();
    world.counts
}

fn faults(draw: &mut Draw) -> Faults {
    let plants = [Plant::SecondDevice, Plant::PutBackAndWentOn, Plant::PutBack, Plant::Altered];
    let planted = plants.get(draw.below(8)).copied();
    let mut flag = || draw.one_in(2);
    Faults {
        lost: flag(),
        doubled: flag(),
        late: flag(),
        flipped: flag(),
        answers: flag() && flag(),
        restarts: flag(),
        forgets: flag(),
        crashes: flag(),
        restores: flag() && flag(),
        clocks: flag(),
        foreign: flag(),
        planted,
    }
}

impl World<'_> {
    fn add(&mut self, journal: Arc<Journal>) {
        let limit = journal.parted + 2 + self.draw.below(25);
        let till = MemoryTill {
            history: History::First,
            sealed: 1 + self.draw.below(4),
            kept: None,
            suspicions: Vec::new(),
            clock_error: 0,
            true_time: self.now,
            witness: witness(),
            draw: Draw::new(self.draw.next()),
            journal,
        };
        self.limits.push(limit);
        let planted = Planted::default();
        self.devices.push(Device { till, push: Push::default(), awaits: None, is_behind: false, planted });
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn step(&mut self) {
        self.now += 1 + self.draw.next() % 30;
        let device = self.draw.below(self.devices.len());
        match self.draw.below(100) {
            0..25 => self.seal(device),
            25..45 => self.speak(device),
            45..80 if self.net.is_empty() => self.speak(device),
            45..80 => self.deliver(),
            _ => self.go_wrong(device),
        }
    }

    fn seal(&mut self, number: usize) {
        let more = 1 + self.draw.below(9);
        let device = &mut self.devices[number];
        if !device.planted.rollback {
            device.till.sealed = (device.till.sealed + more).min(self.limits[number]);
        }
    }

    /// The device says what it has to say, if it waits for nothing.
    fn speak(&mut self, number: usize) {
        if self.devices[number].awaits.is_none()
            && let Some(request) = self.next_request(number)
        {
            self.next_id += 1;
            self.devices[number].awaits = Some(self.next_id);
            self.net.push(Packet::Ask { device: number, id: self.next_id, request });
        }
    }

    fn next_request(&mut self, number: usize) -> Option<Request> {
        let device = &mut self.devices[number];
        device.till.true_time = self.now;
        loop {
            match device.push.next(&mut device.till).unwrap() {
                Next::GoOn => {}
                Next::Rest => {
                    device.push = Push::default();
                    return None;
                }
                Next::Say(request) => return Some(request),
            }
        }
    }

    fn deliver(&mut self) {
        if self.net.is_empty() {
            return;
        }
        let place = self.draw.below(self.net.len());
        let packet = self.net.swap_remove(place);
        self.take(packet);
    }

    fn take(&mut self, packet: Packet) {
        match packet {
            Packet::Ask { device, id, request } => {
                let response = self.answer(device, request);
                self.net.push(Packet::Answer { device, id, response });
            }
            Packet::Answer { device, id, response } if self.devices[device].awaits == Some(id) => {
                self.devices[device].awaits = None;
                self.hear(device, &response);
            }
            // Nobody listens any more.
            Packet::Answer { .. } => {}
        }
    }

    fn answer(&mut self, number: usize, request: Request) -> Response {
        let register = self.devices[number].till.journal.register;
        let response = self.server.answer(request, self.now);
        assert_ne!(response.status, 503, "the back office could not answer");
        self.count("answered");
        if response.status == 200 {
            let head: Head = serde_json::from_slice(&response.body).unwrap();
            self.watch_witness(register, &head);
        }
        response
    }

    /// The witness never signs two roots for one size, and no size after a larger one, until its database is put back.
    fn watch_witness(&mut self, register: RegisterId, head: &Head) {
        let checkpoint = Checkpoint::parse(head.checkpoint.as_ref().unwrap()).unwrap();
        assert!(checkpoint.witnessed_at(&witness()).is_some(), "not countersigned");
        let statement = checkpoint.statement;
        assert_eq!((statement.register, statement.size), (register, head.size));
        let root = *self.signed.entry((register, self.restores, head.size)).or_insert(statement.root);
        assert_eq!(root, statement.root, "two roots for size {}", head.size);
        let largest = self.largest.entry((register, self.restores)).or_default();
        assert!(*largest <= head.size, "size {} after {largest}", head.size);
        *largest = head.size;
    }

    fn hear(&mut self, number: usize, response: &Response) -> Heard {
        let device = &mut self.devices[number];
        device.till.true_time = self.now;
        let heard = device.push.answered(&mut device.till, response).unwrap();
        match &heard {
            Heard::GoOn => {}
            Heard::Later(_) => device.push = Push::default(),
            Heard::PutBack(_) => {
                assert!(device.planted.is_of_the_till(), "an honest till is told that it was put back");
                device.is_behind = true;
                device.push = Push::default();
            }
        }
        self.check_kept(number);
        heard
    }

    /// What a till takes to lie in the back office lies there, unless its database was put back.
    fn check_kept(&mut self, number: usize) {
        let till = &self.devices[number].till;
        let register = till.journal.register;
        let kept = till.kept.as_ref().map_or(0, |kept| usize::try_from(kept.size()).unwrap());
        let excused = self.excused.get(&register).copied().unwrap_or(0);
        let held = self.server.size(register);
        assert!(kept <= held || kept <= excused, "till {number} believes in {kept} of {held} entries");
    }

    fn check_all_kept(&mut self) {
        (0..self.devices.len()).for_each(|number| self.check_kept(number));
    }

    fn go_wrong(&mut self, number: usize) {
        let faults = self.faults;
        match self.draw.below(12) {
            0 if faults.lost && !self.net.is_empty() => {
                let place = self.draw.below(self.net.len());
                self.net.swap_remove(place);
                self.count("messages lost");
            }
            1 if faults.doubled => self.double(),
            2 if faults.late => self.hold_back(),
            3 => self.give_up_waiting(number),
            4 if faults.restarts => self.restart(number),
            5 if faults.crashes => self.crash(),
            6 if faults.restores => self.put_server_back(),
            7 if faults.clocks => {
                let errors = [0, 60, -60, 600, -600, 86_400, -86_400, YEARS, -YEARS];
                self.devices[number].till.clock_error = errors[self.draw.below(errors.len())];
                self.count("clocks set wrong");
            }
            8 if faults.flipped => self.flip_request(),
            9 if faults.answers => self.change_answer(),
            10 if faults.foreign => self.ask_as_another(number),
            11 if !self.is_planted => self.plant(number),
            _ => {}
        }
    }

    fn double(&mut self) {
        let asks = self.net.iter().filter_map(|packet| match packet {
            Packet::Ask { device, id, request } => Some((*device, *id, request.clone())),
            Packet::Answer { .. } => None,
        });
        let asks: Vec<_> = asks.collect();
        if !asks.is_empty() {
            let (device, id, request) = asks[self.draw.below(asks.len())].clone();
            self.net.push(Packet::Ask { device, id, request });
            self.count("requests doubled");
        }
    }

    /// A message stays somewhere for long, or one that stayed arrives now.
    fn hold_back(&mut self) {
        if !self.held_back.is_empty() && self.draw.one_in(2) {
            let place = self.draw.below(self.held_back.len());
            let packet = self.held_back.swap_remove(place);
            self.take(packet);
            self.count("messages late");
        } else if !self.net.is_empty() {
            let place = self.draw.below(self.net.len());
            let packet = self.net.swap_remove(place);
            self.held_back.push(packet);
        }
        if self.draw.one_in(4) {
            self.now += 200 + self.draw.next() % 400;
        }
    }

    fn give_up_waiting(&mut self, number: usize) {
        let forgets = self.draw.one_in(2);
        let device = &mut self.devices[number];
        if device.awaits.take().is_some() {
            if forgets {
                device.push = Push::default();
            }
            self.count("answers not waited for");
        }
    }

    fn restart(&mut self, number: usize) {
        let loses = self.faults.forgets && self.draw.one_in(3);
        let device = &mut self.devices[number];
        (device.push, device.awaits) = (Push::default(), None);
        if loses {
            device.till.kept = None;
        }
        self.count("tills restarted");
    }

    /// The back office stops at once while it answers: before the commit, after it, or after the answer went out.
    fn crash(&mut self) {
        let before = self.server.image();
        let ask = self.net.iter().position(|packet| matches!(packet, Packet::Ask { .. }));
        let Some(Packet::Ask { device, id, request }) = ask.map(|place| self.net.swap_remove(place)) else {
            self.server.open(&before);
            return self.count("crashes while idle");
        };
        if self.draw.one_in(3) {
            // The commit was not on the disk yet.
            self.server.answer(request, self.now);
            self.server.open(&before);
            self.count("crashes before the commit");
        } else {
            let response = self.answer(device, request);
            let after = self.server.image();
            self.server.open(&after);
            if self.draw.one_in(2) {
                self.net.push(Packet::Answer { device, id, response });
                self.count("crashes after the answer");
            } else {
                self.count("crashes before the answer");
            }
        }
        self.check_all_kept();
    }

    fn put_server_back(&mut self) {
        let Some(backup) = self.backup.take_if(|_| self.draw.one_in(3)) else {
            if self.backup.is_none() {
                self.backup = Some(self.server.image());
            }
            return;
        };
        for device in &self.devices {
            let register = device.till.journal.register;
            let held = self.server.size(register);
            let excused = self.excused.entry(register).or_default();
            *excused = held.max(*excused);
        }
        self.server.open(&backup);
        self.restores += 1;
        self.count("back offices put back");
    }

    fn flip_request(&mut self) {
        let place = self.draw.below(self.net.len());
        let (bit, at, which) = (1u8 << self.draw.below(7), self.draw.below(1 << 20), self.draw.below(6));
        if let Some(Packet::Ask { request, .. }) = self.net.get_mut(place) {
            let flip = |text: &mut String| {
                let mut bytes = text.clone().into_bytes();
                let place = at % bytes.len();
                bytes[place] = (bytes[place] ^ bit) & 0x7f;
                *text = String::from_utf8(bytes).unwrap();
            };
            match which {
                0 => flip(&mut request.path),
                1 | 2 => {
                    let header = at % request.headers.len();
                    flip(&mut request.headers[header].1);
                }
                _ if request.body.is_empty() => return,
                _ => {
                    let place = at % request.body.len();
                    request.body[place] ^= bit;
                }
            }
            self.count("requests changed on the way");
        }
    }

    /// A byte of an answer is flipped, or somebody else answers: with the till's own checkpoint, countersigned by another
    /// key under the witness's name. Over TLS neither comes through; the till must bear it all the same.
    fn change_answer(&mut self) {
        let place = self.draw.below(self.net.len());
        let (bit, at) = (1u8 << self.draw.below(7), self.draw.below(1 << 20));
        let (number, forged) = match self.net.get_mut(place) {
            Some(Packet::Answer { device, response, .. }) => {
                let place = at % response.body.len();
                response.body[place] ^= bit;
                (*device, None)
            }
            Some(Packet::Ask { device, id, request }) => {
                let header = request.headers.iter().find(|(name, _)| *name == CHECKPOINT);
                let text = header.and_then(|(_, text)| decode_checkpoint(text));
                let Some(mut checkpoint) = text.and_then(|text| Checkpoint::parse(&text).ok()) else { return };
                checkpoint.countersign(&witness().name, &DeviceKey::from_seed(&[78; 32]), self.now);
                let (size, text) = (checkpoint.statement.size, Some(checkpoint.to_string()));
                let head = Head { size, checkpoint: text, revoked: false };
                let body = serde_json::to_vec(&head).unwrap();
                (*device, Some((*id, Response { status: 200, time: Some(self.now), body })))
            }
            None => return,
        };
        self.devices[number].planted.answers = true;
        self.count("answers changed or forged");
        if let Some((id, response)) = forged {
            self.net[place] = Packet::Answer { device: number, id, response };
        }
    }

    /// A device asks in the name of another one's journal.
    fn ask_as_another(&mut self, number: usize) {
        let other = &self.devices[(number + 1) % self.devices.len()].till;
        let (register, own) = (other.journal.register, &self.devices[number].till.journal.key);
        if own.public() == other.journal.key.public() {
            return;
        }
        let piece = other.piece_after(&comptoir_fiscal::merkle::Frontier::new()).unwrap();
        let (what, body) = if self.draw.one_in(2) {
            ((Method::Get, format!("/v1/registers/{register}/head")), Vec::new())
        } else {
            ((Method::Post, format!("/v1/registers/{register}/entries?from=1")), piece.lines.concat())
        };
        let nonce = self.draw.bytes();
        let request = sign(what, body, Some(piece.checkpoint.to_string()), (register, own), self.now, nonce);
        assert!(request.headers.iter().any(|(name, _)| *name == request::SIGNATURE));
        let response = self.server.answer(request, self.now);
        let refused: Refused = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(refused, Refused::NotSigned);
        self.count("requests in another's name");
    }

    fn plant(&mut self, number: usize) {
        let Some(plant) = self.faults.planted else { return };
        let choice = self.draw.below(3);
        let till = &self.devices[number].till;
        let (parted, sealed) = (till.journal.parted, till.sealed);
        let known = till.kept.as_ref().map_or(0, |kept| usize::try_from(kept.size()).unwrap());
        // Of what was sent, it may know as much as it did then, all of it, or nothing.
        let known_at = |size: usize| match choice {
            0 => Some(till.frontier(size.min(known))),
            1 => till.kept.clone(),
            _ => None,
        };
        match plant {
            Plant::SecondDevice if sealed > 1 => {
                let kept = if known <= parted { known_at(parted) } else { known_at(1 + parted / 2) };
                let journal = till.journal.clone();
                self.add(journal);
                let second = self.devices.len() - 1;
                self.limits[second] = parted + 25;
                let sealed = parted + 1 + self.draw.below(8);
                let copy = &mut self.devices[second];
                (copy.till.history, copy.till.sealed, copy.till.kept) = (History::Second, sealed, kept);
                copy.planted.fork = true;
                self.devices[number].planted.fork = true;
                self.count("second devices of one journal");
            }
            Plant::PutBackAndWentOn if known > parted => {
                let kept = known_at(parted);
                let sealed = parted + 1 + self.draw.below(8);
                self.limits[number] = parted + 25;
                let device = &mut self.devices[number];
                (device.push, device.awaits) = (Push::default(), None);
                (device.till.history, device.till.sealed, device.till.kept) = (History::Second, sealed, kept);
                device.planted.fork = true;
                self.count("tills put back that went on");
            }
            Plant::PutBack if known > 1 => {
                let sealed = 1 + self.draw.below(known - 1);
                let kept = known_at(sealed);
                let device = &mut self.devices[number];
                (device.push, device.awaits) = (Push::default(), None);
                (device.till.sealed, device.till.kept) = (sealed, kept);
                device.planted.rollback = true;
                self.count("tills put back");
            }
            Plant::Altered if sealed > till.journal.altered_at => {
                let device = &mut self.devices[number];
                device.till.history = History::Altered;
                device.planted.altered = true;
                self.count("lines altered");
            }
            _ => return,
        }
        self.is_planted = true;
    }

    /// Whatever is still under way arrives; then nothing goes wrong any more, and all devices come in step.
    fn come_to_rest(&mut self) {
        self.net.append(&mut self.held_back);
        while !self.net.is_empty() {
            self.deliver();
        }
        for number in 0..self.devices.len() {
            if !self.devices[number].planted.rollback {
                self.devices[number].till.sealed = self.limits[number];
            }
            (self.devices[number].push, self.devices[number].awaits) = (Push::default(), None);
        }
        for round in 0.. {
            let in_step = (0..self.devices.len()).filter(|number| self.exchange(*number)).count();
            let planted = self.devices.iter().filter(|device| device.planted.is_of_the_till()).count();
            if in_step + planted >= self.devices.len() && round > 0 {
                break;
            }
            assert!(round < ROUNDS, "not in step after {ROUNDS} rounds");
        }
    }

    /// Talks until there is nothing more to say. Whether the device is in step then.
    fn exchange(&mut self, number: usize) -> bool {
        for _ in 0..EXCHANGES {
            let Some(request) = self.next_request(number) else { return true };
            let response = self.answer(number, request);
            match self.hear(number, &response) {
                Heard::GoOn => {}
                Heard::PutBack(_) => return false,
                Heard::Later(trouble) => {
                    let planted = self.devices[number].planted;
                    assert!(planted.is_of_the_till(), "an honest till is refused: {trouble:?}");
                    assert_ne!(trouble, Trouble::Unreadable);
                    return false;
                }
            }
        }
        panic!("till {number} does not come to rest");
    }

    fn check(&mut self) {
        self.check_all_kept();
        for number in 0..self.devices.len() {
            self.check_device(number);
        }
    }

    fn check_device(&mut self, number: usize) {
        let Device { till, planted, is_behind, .. } = &self.devices[number];
        let register = till.journal.register;
        let held = self.server.lines(register);
        let evidence = self.server.evidence(register);
        assert_eq!(self.server.defects(register), 0);
        let is_of = |history: History| {
            let lines = till.journal.lines(history);
            (held.len() <= lines.len() && lines.iter().zip(&held).all(|(own, held)| own.bytes == *held))
                .then_some(lines)
        };
        let lines = is_of(History::First).or_else(|| is_of(History::Second)).expect("the held lines are of no history");
        assert_eq!(self.server.sums(register), Sums::of(&lines[..held.len()]), "sums of what is held");
        let went_back = |suspicion: &Suspicion| matches!(suspicion, Suspicion::OfficeWentBack { .. });
        let fork = |suspicion: &Suspicion| matches!(suspicion, Suspicion::Fork { .. });
        if planted.fork {
            let of_journal = self.devices.iter().filter(|device| device.till.journal.register == register);
            // A back office put back to before it parted, and a till that was too: nobody has the other history any more.
            let is_forgotten = self.restores > 0 && of_journal.clone().count() == 1;
            assert!(evidence > 0 || is_forgotten, "a fork without evidence {:?}", till.suspicions);
            let mut heard = of_journal.flat_map(|device| &device.till.suspicions);
            assert!(heard.any(fork) || is_forgotten, "no till heard of the fork");
            return self.count(if evidence > 0 { "forks found" } else { "forks forgotten by all" });
        }
        if planted.altered {
            // Its signed checkpoints over the altered line may be there to convict it.
            let is_held_unaltered = held.len() > till.journal.altered_at;
            let is_found = !till.suspicions.is_empty() && self.server.refused(register) > 0;
            assert!(is_held_unaltered || is_found, "an altered line is not found");
            return self.count("altered lines found");
        }
        assert_eq!(evidence, 0, "an honest till is accused");
        if planted.rollback {
            assert!(*is_behind || held.len() <= till.sealed, "a till put back does not know it");
            return self.count("tills put back found");
        }
        let own: Vec<&[u8]> = till.lines().iter().map(|line| line.bytes.as_slice()).collect();
        assert_eq!(own, held, "what is held is not what was sealed");
        // An archive ends at a closing, and is handed out with a checkpoint over just that.
        for (seq, _) in till.lines().iter().enumerate().filter(|(_, line)| line.is_closing) {
            let checkpoint = self.server.checkpoint(register, seq + 1).expect("a closing without a checkpoint");
            let is_signed = checkpoint.is_signed_by(&till.journal.key.public());
            assert!(is_signed && checkpoint.witnessed_at(&witness()).is_some(), "a closing's checkpoint is not signed");
        }
        if !planted.answers {
            assert!(till.suspicions.iter().all(went_back), "{:?}", till.suspicions);
            let is_clear = !self.faults.late && !self.faults.doubled;
            let most = if is_clear { self.restores } else { self.restores * 4 };
            assert!(till.suspicions.len() <= most, "{:?} after {} restores", till.suspicions, self.restores);
        }
        let found = till.suspicions.iter().filter(|suspicion| went_back(suspicion)).count();
        *self.counts.entry("back offices found to have gone back").or_default() += found as u64;
        *self.counts.entry("entries that arrived").or_default() += held.len() as u64;
    }
}

impl Planted {
    fn is_of_the_till(self) -> bool {
        self.fork || self.rollback || self.altered
    }
}
