//! From starting a program to its first frame with tiles, and back after it was killed: each in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use comptoir_ui::sale;
use comptoir_ui::till::Intent;

use crate::Result;
use crate::figures::{Good, Times, budget, information, ms};
use crate::shop::{self, Shop};

/// Names the folder of the shop to the child.
const FOLDER: &str = "COMPTOIR_BENCH_SHOP";
/// Says whether the child is to put an article on the counter and wait to be killed.
const SELLS: &str = "COMPTOIR_BENCH_SELLS";
/// How often it is started.
const ROUNDS: usize = 11;
/// The limit of memory that is held, in megabytes.
const MEMORY: f64 = 150.0;

/// Where this process is a child, does what it is for.
pub(crate) fn as_a_child() -> Option<Result<()>> {
    let folder = std::env::var_os(FOLDER)?;
    Some(child(Path::new(&folder), std::env::var_os(SELLS).is_some()))
}

fn child(folder: &Path, sells: bool) -> Result<()> {
    let screen = shop::screen()?;
    let rehearsal = shop::open(&screen, folder)?;
    let (tiles, lines) = rehearsal.screens().with(|till| (till.tiles(), till.sale().basket().items().count()));
    println!("drawn {tiles} {lines} {}", resident().unwrap_or_default());
    if sells {
        rehearsal.screens().update(Intent::Sale(sale::Intent::Tile(0)));
        rehearsal.settle();
        println!("sold");
        std::thread::sleep(Duration::from_secs(60));
    }
    Ok(())
}

/// How much memory the program holds, in megabytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(status.split(' ').nth(1)?.parse::<u64>().ok()? * 4096 / 1_000_000)
}

/// A start of the program, and what it says.
struct Started {
    process: Child,
    said: BufReader<ChildStdout>,
    began: Instant,
}

/// What the program says once it has drawn.
struct Drawn {
    after: Duration,
    tiles: usize,
    lines: usize,
    megabytes: u64,
}

impl Started {
    fn on(shop: &Shop, sells: bool) -> Result<Started> {
        let began = Instant::now();
        let mut command = Command::new(std::env::current_exe()?);
        command.env(FOLDER, shop.folder()).stdout(Stdio::piped());
        if sells {
            command.env(SELLS, "1");
        }
        let mut process = command.spawn()?;
        let said = process.stdout.take().ok_or("the program says nothing")?;
        Ok(Started { process, said: BufReader::new(said), began })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.said.read_line(&mut line)?;
        Ok(line)
    }

    fn drawn(&mut self) -> Result<Drawn> {
        let line = self.line()?;
        let after = self.began.elapsed();
        let mut words = line.split_whitespace().skip(1).map(str::parse::<usize>);
        let mut next = || words.next().ok_or_else(|| format!("it said {line:?}"));
        let (tiles, lines, megabytes) = (next()??, next()??, next()??);
        Ok(Drawn { after, tiles, lines, megabytes: u64::try_from(megabytes)? })
    }
}

/// Measures `start`, `killed` and `resident`.
pub(crate) fn measure(shop: &Shop) -> Result<()> {
    let (mut starts, mut returns, mut memory) = (Times::default(), Times::default(), 0);
    for _ in 0..ROUNDS {
        let mut started = Started::on(shop, false)?;
        let drawn = started.drawn()?;
        started.process.wait()?;
        if drawn.tiles != shop::PRODUCTS || drawn.lines != 0 {
            return Err(format!("{} tiles and {} lines were drawn", drawn.tiles, drawn.lines).into());
        }
        starts.add(drawn.after);
        memory = memory.max(drawn.megabytes);
    }
    for _ in 0..ROUNDS {
        let mut selling = Started::on(shop, true)?;
        selling.drawn()?;
        if selling.line()?.trim() != "sold" {
            return Err("nothing came on the counter".into());
        }
        selling.process.kill()?;
        selling.process.wait()?;
        let mut back = Started::on(shop, false)?;
        let drawn = back.drawn()?;
        back.process.wait()?;
        if drawn.lines != 1 {
            return Err(format!("{} lines are back", drawn.lines).into());
        }
        returns.add(drawn.after);
    }
    for (name, times) in [("screens-start", &starts), ("screens-killed", &returns)] {
        let beside =
            format!("to_frame_ms={} limit_ms=1000 products={} rounds={ROUNDS}", ms(times.median()), shop::PRODUCTS);
        budget(name, times.median(), Good::Below, 1.0, &beside);
    }
    let megabytes = f64::from(u32::try_from(memory)?);
    let beside = format!("megabytes={memory} limit_mb={MEMORY} products={}", shop::PRODUCTS);
    budget("screens-resident", megabytes / MEMORY, Good::Below, 1.0, &beside);
    information(
        "screens-start",
        &format!("slowest_ms={} killed_slowest_ms={}", ms(starts.at(100)), ms(returns.at(100))),
    );
    Ok(())
}
